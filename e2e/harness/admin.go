package harness

import (
	"strings"
)

// Admin is an admin (HR) who acts by the test's calls.
type Admin struct {
	H      *Harness
	OpenID string
}

func (h *Harness) Admin(i int) Admin { return Admin{h, h.World.Admins()[i]} }

func (a Admin) Chat() string { return a.H.World.Feishu.P2PChat(a.OpenID) }

func (a Admin) Say(text string) {
	a.H.Helper()
	sent, err := a.H.World.Feishu.SendText(a.H.Ctx, a.OpenID, text)
	a.H.Delivered(sent, err)
}

// Sees waits in a chat for a card about a person that has the button of an act and contains the words.
func (a Admin) Sees(chat string, p Person, act string, words ...string) CardView {
	a.H.Helper()
	return a.H.Find(chat, "HR's card with "+act, func(s CardView) bool {
		return strings.Contains(string(s.Msg.Card), p.OpenID) && (act == "" || s.Offers(act)) && s.Says(words...)
	})
}

// Decides presses a button of the card about a person in the review group. What takes two admins is approved by the
// next one as well.
func (a Admin) Decides(p Person, act string, form map[string]any) string {
	a.H.Helper()
	s := a.Sees(a.H.World.ReviewChat(), p, act)
	toast := a.H.ClickOn(a.OpenID, s, act, form)
	if !strings.Contains(toast, "还要另一位 HR 也通过") {
		return toast
	}
	s = a.Sees(a.H.World.ReviewChat(), p, act, "等另一位")
	for _, other := range a.H.World.Admins() {
		if other != a.OpenID && other != p.OpenID {
			return a.H.ClickOn(other, s, act, form)
		}
	}
	a.H.Fatal("no second admin")
	return ""
}
