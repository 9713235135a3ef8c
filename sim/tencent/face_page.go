package tencent

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// FacePage is the path of the page on which a person shows the face. At the vendor's it opens inside WeChat.
const FacePage = "/h5/face"

// maxFaceTries is how often a person may try in one flow.
const maxFaceTries = 3

// Ways to go through the page, values of the field "as" of its form.
const (
	FaceOwn    = "own"    // the person's own face
	FaceOther  = "other"  // somebody else's face
	FaceDark   = "dark"   // in the dark, which may be tried again
	FaceFake   = "fake"   // a photo of a face
	FaceGiveUp = "giveup" // the page is closed
)

var facePage = template.Must(template.New("face").Parse(`<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>人脸核身（模拟）</title>
<style>body{font:16px/1.6 system-ui,sans-serif;max-width:26rem;margin:2rem auto;padding:0 1rem}
button{display:block;width:100%;margin:.6rem 0;padding:.7rem;font:inherit}.oval{width:9rem;height:12rem;margin:1rem auto;
border:3px solid #4a7;border-radius:50%}</style></head><body>
<h1>人脸核身（模拟）</h1>
{{if .Message}}<p>{{.Message}}</p>{{end}}
{{if .Token}}<div class="oval"></div>
<p>这里是模拟的腾讯云页面，没有摄像头。请选一种结果：</p>
<form method="post" action="` + FacePage + `">
<input type="hidden" name="BizToken" value="{{.Token}}">
<button type="submit" name="as" value="own">本人完成</button>
<button type="submit" name="as" value="other">换了一个人</button>
<button type="submit" name="as" value="dark">光线太暗</button>
<button type="submit" name="as" value="fake">拿照片来刷</button>
<button type="submit" name="as" value="giveup">不做了</button>
</form>{{end}}
</body></html>`))

type facePageView struct{ Token, Message string }

// serveFacePage is the person's side of a flow. It knows the flow by its token alone, as whoever has the link does.
func (s *Server) serveFacePage(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodPost {
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	if r.ParseForm() != nil {
		http.Error(w, "bad form", http.StatusBadRequest)
		return
	}
	v, back := s.atFacePage(r.Form.Get("BizToken"), r.PostForm.Get("as"))
	if back != "" {
		http.Redirect(w, r, back, http.StatusSeeOther)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = facePage.Execute(w, v) // fails only if the client has disconnected
}

// atFacePage does what the person chose. back is the address to which the page returns when the flow is finished.
func (s *Server) atFacePage(token, as string) (v facePageView, back string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.flows[token]
	now := s.cfg.Now()
	switch {
	case f == nil:
		return facePageView{Message: "链接无效。"}, ""
	case !f.finished.IsZero():
		return facePageView{Message: "这次核身已经结束。"}, ""
	case now.Sub(f.begun) > faceFlowLife:
		return facePageView{Message: "链接已过期，请回到发起的地方重新获取。"}, ""
	case as == "":
		return facePageView{Token: token}, ""
	case as == FaceGiveUp:
		return facePageView{Message: "你关掉了页面，核身没有完成。"}, ""
	}
	f.tries++
	code := s.faceCode(f, as)
	if code == 1201 && f.tries < maxFaceTries {
		return facePageView{Token: token, Message: "光线太暗，请换个亮一点的地方再试。"}, ""
	}
	if code == 1201 && f.tries >= maxFaceTries {
		code = 16
	}
	return facePageView{Message: "核身已结束。"}, s.finishFace(f, now, code)
}

// faceCode is the ErrCode of a try.
func (s *Server) faceCode(f *faceFlow, as string) int {
	if queue := s.nextFace[f.number]; len(queue) > 0 {
		s.nextFace[f.number] = queue[1:]
		return queue[0]
	}
	name, known := s.faces[f.number]
	switch {
	case as == FaceDark:
		return 1201
	case as == FaceFake:
		return 1002
	case !validNumber(f.number):
		return 2003
	case !validName(f.name):
		return 2002
	case !known:
		return 2005
	case name != f.name:
		return 2006
	case as != FaceOwn:
		return 2016
	}
	return 0
}

// finishFace ends a flow and returns the address to which the browser goes. The vendor adds its token.
func (s *Server) finishFace(f *faceFlow, now time.Time, code int) string {
	f.end(now, code)
	if f.redirect == "" {
		return ""
	}
	sign := "?"
	if strings.Contains(f.redirect, "?") {
		sign = "&"
	}
	return f.redirect + sign + url.Values{"BizToken": {f.token}}.Encode()
}

// GoThroughFace is what somebody does on the page of a flow whose browser does not come back afterwards. It reports
// whether the flow was there to go through.
func (s *Server) GoThroughFace(token, as string) bool {
	v, back := s.atFacePage(token, as)
	return back != "" || v.Token != ""
}
