package feishu

import "net/http"

// appLinkPath is the AppLink that opens the chat with a bot (打开机器人). Feishu's client opens the chat itself; this page
// stands for it.
const appLinkPath = "/client/bot/open"

// serveAppLink reports whether the request was for an AppLink, and answers it.
func (s *Server) serveAppLink(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodGet || r.URL.Path != appLinkPath {
		return false
	}
	writePage(w, http.StatusOK, render("chat", r.URL.Query().Get("appId") == s.cfg.AppID))
	return true
}
