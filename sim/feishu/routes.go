package feishu

import (
	"net/http"
	"strings"
)

// route is one API of the platform. A path segment that begins with a colon is a parameter.
type route struct {
	method, path string
	op           string   // short name, see Operation
	open         bool     // needs no token
	scopes       []string // any one of them is enough; none = no scope needed
	unlimited    bool     // outside the gateway's limits of 50/s and 1000/min
	handle       func(*Server, *call) (any, *apiError)
}

const prefix = "/open-apis"

var (
	scopesSend   = []string{"im:message", "im:message:send_as_bot", "im:message:send"}
	scopesPatch  = []string{"im:message", "im:message:send_as_bot", "im:message:send", "im:message:update"}
	scopesRecall = []string{"im:message", "im:message:recall", "im:message:send_as_bot"}
	scopesRead   = []string{"im:message", "im:message:readonly", "im:message.history:readonly"}
	scopesUpload = []string{"im:resource", "im:resource:upload"}
	scopesUrgent = []string{"im:message.urgent", "im:message.urgent:app_send"}
	scopesChat   = []string{"im:chat", "im:chat:read", "im:chat:readonly"}
	scopesMember = []string{"im:chat", "im:chat:readonly", "im:chat.members:read", "im:chat.group_info:readonly"}
	scopesApp    = []string{"application:application:self_manage", "admin:app.info:readonly"}
	scopesUser   = []string{"contact:contact.base:readonly", "contact:contact:readonly_as_app",
		"contact:contact:access_as_app"}
	scopesDepartment = append([]string{"contact:department.organize:readonly"}, scopesUser...)
)

// routes lists the simulated APIs. Literal segments precede parameters where both would match.
var routes []route

func init() {
	routes = []route{
		{
			method:    "POST",
			path:      "/auth/v3/tenant_access_token/internal",
			op:        "token",
			open:      true,
			unlimited: true,
			handle:    (*Server).issueToken,
		},
		{
			method: "GET",
			path:   "/application/v6/scopes",
			op:     "scope.list",
			handle: (*Server).listScopes,
		},
		{
			method: "GET",
			path:   "/application/v6/applications/:app_id",
			op:     "application.get",
			scopes: scopesApp,
			handle: (*Server).getApplication,
		},
		{
			method: "GET",
			path:   "/application/v6/applications/:app_id/app_versions/:version_id",
			op:     "app_version.get",
			scopes: scopesApp,
			handle: (*Server).getAppVersion,
		},
		{
			method: "GET",
			path:   "/bot/v3/info",
			op:     "bot.info",
			handle: (*Server).botInfo,
		},

		{
			method:    "GET",
			path:      authorizePath,
			op:        "authen.authorize",
			open:      true,
			unlimited: true,
			handle:    (*Server).authorize,
		},
		{
			method: "POST",
			path:   "/authen/v2/oauth/token",
			op:     "authen.token",
			open:   true,
			handle: (*Server).issueUserToken,
		},
		{
			method:    "GET",
			path:      "/authen/v1/user_info",
			op:        "authen.user_info",
			open:      true, // to a user token, which it checks itself
			unlimited: true,
			handle:    (*Server).userInfo,
		},

		{
			method: "POST",
			path:   "/im/v1/messages",
			op:     "message.create",
			scopes: scopesSend,
			handle: (*Server).createMessage,
		},
		{
			method: "POST",
			path:   "/im/v1/messages/:message_id/reply",
			op:     "message.reply",
			scopes: scopesSend,
			handle: (*Server).replyMessage,
		},
		{
			method: "PATCH",
			path:   "/im/v1/messages/:message_id",
			op:     "message.patch",
			scopes: scopesPatch,
			handle: (*Server).patchMessage,
		},
		{
			method: "DELETE",
			path:   "/im/v1/messages/:message_id",
			op:     "message.delete",
			scopes: scopesRecall,
			handle: (*Server).deleteMessage,
		},
		{
			method: "GET",
			path:   "/im/v1/messages/:message_id",
			op:     "message.get",
			scopes: scopesRead,
			handle: (*Server).getMessage,
		},
		{
			method: "PATCH",
			path:   "/im/v1/messages/:message_id/urgent_app",
			op:     "message.urgent_app",
			scopes: scopesUrgent,
			handle: (*Server).urgentApp,
		},
		{
			method: "POST",
			path:   "/interactive/v1/card/update",
			op:     "card.update",
			scopes: scopesPatch,
			handle: (*Server).delayedUpdate,
		},

		{
			method: "GET",
			path:   "/im/v1/messages/:message_id/resources/:file_key",
			op:     "resource.get",
			scopes: scopesRead,
			handle: (*Server).getResource,
		},
		{
			method: "POST",
			path:   "/im/v1/images",
			op:     "image.create",
			scopes: scopesUpload,
			handle: (*Server).createImage,
		},
		{
			method: "GET",
			path:   "/im/v1/images/:image_key",
			op:     "image.get",
			scopes: []string{"im:resource"},
			handle: (*Server).getImage,
		},
		{
			method: "POST",
			path:   "/im/v1/files",
			op:     "file.create",
			scopes: scopesUpload,
			handle: (*Server).createFile,
		},

		{
			method: "GET",
			path:   "/im/v1/chats/:chat_id",
			op:     "chat.get",
			scopes: scopesChat,
			handle: (*Server).getChat,
		},
		{
			method: "GET",
			path:   "/im/v1/chats/:chat_id/members",
			op:     "chat.members",
			scopes: scopesMember,
			handle: (*Server).listMembers,
		},
		{
			method: "GET",
			path:   "/im/v1/chats/:chat_id/members/is_in_chat",
			op:     "chat.is_in_chat",
			scopes: scopesMember,
			handle: (*Server).isInChat,
		},

		{
			method: "GET",
			path:   "/contact/v3/users/batch",
			op:     "contact.user.batch",
			scopes: scopesUser,
			handle: (*Server).batchUsers,
		},
		{
			method: "GET",
			path:   "/contact/v3/users/:user_id",
			op:     "contact.user.get",
			scopes: scopesUser,
			handle: (*Server).getUser,
		},
		{
			method: "GET",
			path:   "/contact/v3/departments/:department_id",
			op:     "contact.department.get",
			scopes: scopesDepartment,
			handle: (*Server).getDepartment,
		},

		{
			method:    "POST",
			path:      "/document_ai/v1/id_card/recognize",
			op:        "id_card.recognize",
			unlimited: true,
			scopes:    []string{"document_ai:id_card:recognize"},
			handle:    (*Server).recognize,
		},
		documentRoute(DocumentHKMPermit),
		documentRoute(DocumentTWPermit),
		documentRoute(DocumentPassport),
		{
			method:    "POST",
			path:      "/human_authentication/v1/identities",
			op:        "identities.create",
			unlimited: true,
			scopes:    []string{"human_authentication:identity"},
			handle:    (*Server).createIdentity,
		},
	}
	routes = append(directoryRoutes(), routes...)
}

// Operation names the API of a request, such as "message.create" or "id_card.recognize"; "unknown" for others. It reads
// method and path only.
func Operation(r *http.Request) string {
	switch r.URL.Path {
	case longConnEndpoint:
		return "ws.endpoint"
	case longConnSocket:
		return "ws.connect"
	case appLinkPath:
		return "applink.bot"
	}
	if rt, _ := match(r.Method, r.URL.Path); rt != nil {
		return rt.op
	}
	return "unknown"
}

func match(method, path string) (*route, map[string]string) {
	rest, ok := strings.CutPrefix(path, prefix)
	if !ok {
		return nil, nil
	}
	got := strings.Split(rest, "/")
	for i := range routes {
		if routes[i].method != method {
			continue
		}
		if params, ok := matchPath(strings.Split(routes[i].path, "/"), got); ok {
			return &routes[i], params
		}
	}
	return nil, nil
}

func matchPath(want, got []string) (map[string]string, bool) {
	if len(want) != len(got) {
		return nil, false
	}
	params := map[string]string{}
	for i, w := range want {
		if name, ok := strings.CutPrefix(w, ":"); ok {
			if got[i] == "" {
				return nil, false
			}
			params[name] = got[i]
		} else if w != got[i] {
			return nil, false
		}
	}
	return params, true
}
