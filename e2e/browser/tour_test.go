package browser

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"shiming/e2e/harness"
	"shiming/sim"
)

// tourSteps are the steps of playground/page/static/tour-steps.js that are always shown.
var tourSteps = []string{"open", "start", "consent", "photos", "sampler", "confirm", "code", "review", "approve",
	"done", "wire", "diagram", "board"}

// TestTour follows the tour to its end. Then a person registers by clicks, corrects a mistake in the form, is
// rejected, registers again, is sent back once, and is filed.
func TestTour(t *testing.T) {
	h := harness.Start(t, harness.Setup{
		Browser:    true,
		Playground: true,
		World:      sim.Config{People: 1},
		Settings:   map[string]string{"timing.code_resend": "1ms"},
	})
	b := openBrowser(h.Ctx, t)
	p := b.open(h.Play.URL, 1440, 900, false)
	first := h.World.People()[0]

	var shown []string
	p.eval(`shiming.tour(0.02)`, &shown)
	if !slices.Equal(shown, tourSteps) {
		t.Errorf("the tour showed %v, want %v", shown, tourSteps)
	}
	if !h.World.Journey(first.OpenID).Filed() {
		t.Error("got a tour that ended before the filing, want it to wait")
	}
	p.until(`document.querySelector('[data-state="filing"][data-been]')`)
	p.until(`document.querySelector('[data-state="done"][data-now]')`)
	p.size(1360, 850, false)
	p.pictures("page", "", `for (const n of document.querySelectorAll('.messages')) n.scrollTop = n.scrollHeight`)
	p.pictures("inspector", `[data-pane="inspector"]`, "")
	p.size(1440, 900, false)

	// A new person registers by hand and mistypes the number.
	p.press(`[data-hire]`)
	p.press(`[data-pane="phone"] [data-enter]`)
	who := h.World.People()[1]
	number := who.Person.Code
	wrong := number[:17] + string('0'+(number[17]-'0'+1)%10) // the last digit is a check digit, or X
	p.press(`[data-pane="phone"] [data-act="start"]`)
	p.photos()
	p.size(390, 844, false)
	p.pictures("phone", "", `[...document.querySelectorAll('[data-pane="phone"] .card')].pop().scrollIntoView()`)
	p.size(1440, 900, false)
	p.fill(`[data-pane="phone"] [data-field="identity_code"]`, wrong)
	p.press(`[data-pane="phone"] [data-act="confirm"]`)
	p.until(`/有一位不对|One character/.test(document.querySelector('[data-pane="phone"] [data-stage="confirmation"]').textContent)`)
	p.shot("correction")
	p.fill(`[data-pane="phone"] [data-field="identity_code"]`, number)
	p.press(`[data-pane="phone"] [data-act="confirm"]`)
	p.code()

	p.eval(`shiming.choose('drawer', 'closed')`, nil)
	p.pictures("review", `[data-pane="hr"]`,
		`document.querySelector('[data-pane="hr"] [data-act="approve"]').closest('.msg').scrollIntoView()`)
	p.eval(`shiming.choose('drawer', 'open')`, nil)

	// HR sends the case back; only the details must be checked again.
	p.decide("details_wrong", "姓名请按证件填写", "send_back")
	p.until(`document.querySelector('[data-pane="phone"] [data-stage="confirmation"]')?.textContent.includes('姓名请按证件填写')`)
	p.shot("sent-back")
	p.press(`[data-pane="phone"] [data-act="confirm"]`)
	p.code()

	// HR rejects after a confirmation; the person starts again.
	p.decide("other", "请在入职之后再申请", "reject")
	p.press(`dialog [data-answer="yes"]`)
	p.until(`document.querySelector('[data-pane="phone"] [data-stage="rejected"]')?.textContent.includes('请在入职之后再申请')`)
	p.until(`document.querySelector('[data-state="rejected"][data-now]')`)
	p.shot("rejected")
	p.press(`[data-pane="phone"] [data-stage="rejected"] [data-act="start"]`)
	p.photos()
	p.press(`[data-pane="phone"] [data-act="confirm"]`)
	p.code()
	p.press(`[data-pane="hr"] [data-act="approve"]`)
	p.until(`document.querySelector('[data-pane="phone"] [data-stage="done"]')`)
	p.until(`document.querySelector('[data-pane="group"] .card')`)
	p.shot("filed")
	if !h.World.Journey(who.OpenID).Filed() {
		t.Error("got no filed case after the second registration, want one")
	}
	p.clean()
}

// pictures takes a screenshot for each README, of an element or of the window. prepare runs when the page is drawn.
func (p *tab) pictures(name, selector, prepare string) {
	p.b.t.Helper()
	if os.Getenv(screenshots) == "" {
		return
	}
	for _, lang := range []string{"zh", "en"} {
		p.eval(`shiming.setLang(`+quoted(lang)+`); document.activeElement.blur()`, nil)
		p.until(`!document.querySelector('.toast') && [...document.images].every((n) => n.complete)`)
		p.eval(prepare, nil)
		p.settle()
		p.shotOf(name+"."+lang, selector)
	}
	p.eval(`shiming.setLang('zh')`, nil)
}

// photos consents and sends both sides.
func (p *tab) photos() {
	p.b.t.Helper()
	p.consent()
	p.until(`[...document.querySelectorAll('[data-pane="phone"] [data-stage]')].pop().dataset.stage === 'photos'`)
	p.press(`[data-photo]`)
	p.press(`[data-sendboth]`)
	p.until(`document.querySelector('[data-pane="phone"] [data-act="confirm"]')`)
}

// code enters the code from the text message.
func (p *tab) code() {
	p.b.t.Helper()
	p.until(`document.querySelector('[data-pane="phone"] [data-field="sms_code"]')`)
	p.press(`[data-usecode]`)
	p.press(`[data-pane="phone"] [data-act="submit_code"]`)
	p.begin()
}

// begin opens the first case at HR's desk.
func (p *tab) begin() {
	p.b.t.Helper()
	p.press(`[data-pane="hr"] [data-act="next"]`)
	p.until(`document.querySelector('[data-pane="hr"] [data-act="approve"]')`)
}

// openForm opens the folded form on HR's card.
func (p *tab) openForm() {
	p.b.t.Helper()
	var folded bool // the page keeps what is open in a message, also when it shows another case
	p.eval(`document.querySelector('[data-pane="hr"] [data-act="decide"]').offsetParent === null`, &folded)
	if folded {
		p.press(`[data-pane="hr"] .c-fold:has([data-act="decide"]) .c-fold-head`)
	}
	p.press(`[data-pane="hr"] [data-act="decide"]`)
	p.until(`document.querySelector('[data-pane="hr"] [data-field="note"]')`)
}

// decide fills in HR's form and presses one of its buttons.
func (p *tab) decide(reason, note, act string) {
	p.b.t.Helper()
	p.openForm()
	p.fill(`[data-pane="hr"] [data-field="reason"]`, reason)
	p.fill(`[data-pane="hr"] [data-field="note"]`, note)
	p.press(`[data-pane="hr"] [data-act="` + act + `"]`)
}

// TestTourByKeyboard checks that the tour can be left, paused and stepped through with the keyboard, and that it
// starts paused with prefers-reduced-motion.
func TestTourByKeyboard(t *testing.T) {
	h := harness.Start(t, harness.Setup{
		Browser:    true,
		Playground: true,
		World:      sim.Config{People: 1},
		Settings:   map[string]string{"timing.code_resend": "1ms"},
	})
	b := openBrowser(h.Ctx, t)
	p := b.open(h.Play.URL, 1440, 900, false)
	at := func(step string) {
		t.Helper()
		p.until(`document.querySelector('[data-tour="` + step + `"]')`)
	}

	p.press(`[data-tourstart]`)
	at("open")
	p.key("Escape")
	p.until(`!document.querySelector('.tour, .tour-light') && document.activeElement.matches('[data-tourstart]')`)

	p.prefer("prefers-reduced-motion", "reduce")
	p.key("Enter")
	at("open")
	p.until(`document.querySelector('[data-tourpause][aria-pressed="true"]') &&
		document.activeElement.matches('[data-tournext]')`)
	p.key("p")
	p.until(`document.querySelector('[data-tourpause][aria-pressed="false"]')`)
	p.key("p")
	p.until(`document.querySelector('[data-tourpause][aria-pressed="true"]')`)
	for i, step := range tourSteps {
		at(step)
		p.until(`document.querySelector('.tour-at').textContent === '` + fmt.Sprintf("%d / %d", i+1, len(tourSteps)) + `'`)
		p.until(`document.querySelector('[data-tour="` + step + `"]') && !document.querySelector('.tour-light').hidden`)
		var poor []string
		p.eval(contrast, &poor)
		if len(poor) > 0 {
			t.Errorf("%s: got too little contrast, want WCAG AA: %v", step, poor)
		}
		p.shot(fmt.Sprintf("%02d-%s", i, step))
		for _, size := range []struct{ width, height int }{{390, 844}, {1440, 900}} {
			p.size(size.width, size.height, false)
			p.settle()
			var out []string
			p.eval(`[...document.querySelectorAll('.tour, .tour *')].filter((n) => {
				const r = n.getBoundingClientRect();
				return r.left < 0 || r.top < 0 || r.right > innerWidth || r.bottom > innerHeight;
			}).map((n) => n.outerHTML.slice(0, 80))`, &out)
			if len(out) > 0 {
				t.Errorf("%s at %d: got elements outside the window, want none: %v", step, size.width, out)
			}
			if size.width < 600 {
				p.shot(fmt.Sprintf("%02d-%s-phone", i, step))
			}
		}
		p.key("ArrowRight")
	}
	p.until(`!document.querySelector('.tour')`)
	if !h.World.Journey(h.World.People()[0].OpenID).Filed() {
		t.Error("got a tour that ended before the filing, want it to wait")
	}
	p.clean()
}
