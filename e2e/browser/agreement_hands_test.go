package browser

import (
	"slices"
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// keyboard reads, ticks and submits without a mouse. The focus is always visible.
func keyboard(t *testing.T, r reader) {
	r = r.own(t)
	r.visit(r.link, titleRead)
	var order []string
	tab := func() (at string) {
		r.key("Tab")
		var now struct {
			At      string
			Visible bool
		}
		r.eval(`(() => {
			const n = document.activeElement, s = getComputedStyle(n), r = n.getBoundingClientRect();
			return {
				at: n.id || n.getAttribute('href')?.replace(/^[^#]*[/?].*/, 'link') || n.tagName.toLowerCase(),
				visible: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 &&
					r.top >= 0 && r.bottom <= innerHeight && r.left >= 0 && r.right <= innerWidth,
			};
		})()`, &now)
		if !now.Visible {
			t.Errorf("got the focus on %q unseen, want it visible", now.At)
		}
		order = append(order, now.At)
		return now.At
	}
	until := func(want string) {
		t.Helper()
		for range 12 {
			if tab() == want {
				return
			}
		}
		t.Fatalf("got the order %q, want %s in it", order, want)
	}
	until("#main")
	r.shot("skip")
	until("#end-1")
	r.key("Enter")
	until("read-1")
	r.key("Space")
	r.key("Enter") // the consent is given by its button only
	r.arrive(`document.activeElement.role === 'alert'`)
	r.refused(422)
	r.wantConsents(0)
	until("consent")
	r.shot("focus")
	want := []string{"#main", "link", "#end-1", "read-1", // the Enter key leads to what is missing
		"#consent", "#end-1", "read-1", "#file-1", "summary", "consent"}
	if !slices.Equal(order, want) {
		t.Errorf("got the order %q, want %q", order, want)
	}
	r.key("Enter")
	r.titled(titleAccepted)
	r.wantConsents(1)
	r.clean()
}

// withoutScript switches JavaScript off. The page has none.
func withoutScript(t *testing.T, r reader) {
	r = r.own(t)
	r.do(emulation.CommandSetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	r.visit(r.link, titleRead)
	r.submit()
	r.clean()
}
