package browser

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
)

// TestPageSaysWhatTheProductIs checks the first line of the page.
func TestPageSaysWhatTheProductIs(t *testing.T) {
	h := harness.Start(t, harness.Setup{Browser: true, Playground: true, World: sim.Config{People: 1}})
	p := openBrowser(h.Ctx, t).open(h.Play.URL, 1440, 900, false)
	for lang, want := range map[string]string{
		"zh": "实名：飞书里的员工实名登记机器人",
		"en": "Shiming: a real-name registration bot for Feishu",
	} {
		t.Run(lang, func(t *testing.T) {
			var got string
			p.eval(`shiming.setLang(`+quoted(lang)+`); document.querySelector('h1').innerText`, &got)
			if got != want {
				t.Errorf("got the first line %q, want %q", got, want)
			}
		})
	}
	p.clean()
}

// TestBadPhotoIsAnsweredBesideTheSampler checks that the answer to a photo is visible without closing the sampler, and
// that it is the one to this photo.
func TestBadPhotoIsAnsweredBesideTheSampler(t *testing.T) {
	h := harness.Start(t, harness.Setup{Browser: true, Playground: true, World: sim.Config{People: 1}})
	p := openBrowser(h.Ctx, t).open(h.Play.URL, 1440, 900, false)
	p.press(`[data-pane="phone"] [data-quick="实名"]`)
	p.consent()
	p.until(`document.querySelector('[data-pane="phone"] [data-stage="photos"]')`)
	p.press(`[data-photo]`)
	p.until(`document.querySelector('img.sample')?.complete`)
	cards := `document.querySelectorAll('[data-pane="phone"] .messages .card')`
	for _, variant := range []string{"glare", "blurred", "broken"} {
		var before int
		p.eval(cards+`.length`, &before)
		p.press(`[data-variant="` + variant + `"]`)
		p.press(`[data-sendsample]`)
		// What it says is a part of the newest card of the chat, whose words are tested elsewhere.
		p.until(fmt.Sprintf(`(() => {
			const all = %s, newest = all[all.length - 1];
			const said = [...document.querySelectorAll('[data-answer] strong, [data-answer] p:not(.note)')];
			return all.length > %d && said.length > 1 && said.every((one) => newest.innerText.includes(one.innerText));
		})()`, cards, before))
		var seen bool
		p.eval(`(() => {
			const a = document.querySelector('[data-answer]').getBoundingClientRect();
			const all = document.querySelector('[data-sampler]').getBoundingClientRect();
			return !document.querySelector('[data-sampler]').hidden && a.top >= all.top && a.bottom <= all.bottom && a.width > 100;
		})()`, &seen)
		if !seen {
			t.Errorf("%s: got the answer out of sight, want it beside the picture", variant)
		}
		p.shot("sampler-" + variant)
	}
	p.size(390, 844, false)
	var over bool
	p.eval(`document.documentElement.scrollWidth > 390`, &over)
	if over {
		t.Error("got a sampler wider than a phone, want it to fit")
	}
	p.shot("sampler-phone")
	p.clean()
}

// TestClockSaysThatNightDefersReminders compares the page's quiet hours with those of the bot, and moves the clock
// until it is night in China: then the page says why no reminder arrives.
func TestClockSaysThatNightDefersReminders(t *testing.T) {
	s := harness.StartPlayground(t, harness.WaitForBrowser)
	p := openBrowser(s.Ctx, t).open(s.Play.URL, 1600, 1000, false)
	p.until(`document.querySelector('[data-clockby="4h"]')`)
	p.eval(`Promise.all(['quiet', 'stream'].map((x) => import('/page/' + x + '.js'))).then(([q, s]) => { window.at = { ...q, ...s }; })`,
		nil)
	day := time.Date(2026, 2, 28, 0, 0, 0, 0, time.UTC)
	for minute := 0; minute < 24*60; minute += 30 {
		at := day.Add(time.Duration(minute) * time.Minute)
		var got struct {
			Quiet bool
			At    string
		}
		p.eval(fmt.Sprintf(`({ quiet: at.quiet(new Date(%[1]d)), at: at.chinaTime(new Date(%[1]d)) })`,
			at.UnixMilli()), &got)
		if want := !flows.Awake(at); got.Quiet != want || got.At != at.In(flows.ChinaTime).Format("15:04") {
			t.Errorf("%v: got quiet %t at %s, want %t", at.In(flows.ChinaTime), got.Quiet, got.At, want)
		}
	}

	// The steps of 4 h cannot jump over the 12 quiet hours or over the 12 others.
	said := map[bool]bool{}
	for range 6 {
		p.until(`!document.querySelector('[data-clock]').hasAttribute('aria-busy')`) // one move at a time
		before := s.World.Ahead()
		p.press(`[data-clockby="4h"]`)
		s.Until("the clock moves", func() bool { return s.World.Ahead() > before })
		p.until(fmt.Sprintf(`new Date(at.world.clock.now) > Date.now() + %d`, (s.World.Ahead() - time.Hour).Milliseconds()))
		p.until(`(document.querySelector('[data-quiet]').textContent !== '') === at.quiet(at.worldNow())`)
		var text string
		p.eval(`document.querySelector('[data-quiet]').textContent`, &text)
		night := text != ""
		if night && !strings.Contains(text, "09:00") {
			t.Errorf("got %q at night, want a word about 09:00", text)
		}
		if night && !said[true] {
			p.shot("clock-at-night")
		}
		said[night] = true
	}
	if !said[true] || !said[false] {
		t.Errorf("got night and day as %v within 24 h, want both", said)
	}
	p.clean()
}
