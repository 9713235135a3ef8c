package browser

import (
	"slices"
	"testing"

	"shiming/e2e/harness"
	"shiming/playground/child"
)

// TestPageTourWaits checks that a tour whose bot is paused says so, points to the resume button, and continues after
// the click.
func TestPageTourWaits(t *testing.T) {
	if !child.CanPause {
		t.Skip("no signals")
	}
	s := harness.StartPlayground(t, harness.WaitForBrowser)
	who := s.World.Hire(1)[0]
	p := openBrowser(s.Ctx, t).open(s.Play.URL, 1440, 900, false)
	p.until(`document.querySelector('[data-pane="phone"] [data-enter]')`)
	p.press(`[data-botdo="pause"]`)
	p.until(`document.querySelector('[data-botdo="resume"]') && document.querySelector('[data-clockby="4h"]').disabled`)
	p.eval(`void shiming.tour(0.02).then((steps) => { window.toured = steps; })`, nil)
	p.until(`document.querySelector('.tour-text')?.textContent.includes('暂停') &&
		!document.querySelector('.tour-light').hidden`)
	p.shot("paused")
	p.press(`[data-botdo="resume"]`)
	p.until(`window.toured`)
	var shown []string
	p.eval(`window.toured`, &shown)
	if !slices.Equal(shown, tourSteps) || !s.World.Journey(who.OpenID).Filed() {
		t.Errorf("the tour showed %v, want %v", shown, tourSteps)
	}
	p.clean()
}

// TestPageSupervisor uses the playground's tools on the page: search, arm and disarm scenarios, bring a person to a
// state, hire a crowd, kill and start the bot, move the clock.
func TestPageSupervisor(t *testing.T) {
	s := harness.StartPlayground(t, harness.WaitForBrowser)
	p := openBrowser(s.Ctx, t).open(s.Play.URL, 1700, 950, false)

	p.press(`[data-scenarios]`)
	p.until(`document.activeElement?.dataset.scensearch !== undefined &&
		document.querySelectorAll('[data-scenario]').length > 20`)
	p.shot("1-scenarios")
	p.fill(`[data-scensearch]`, "1435404")
	p.until(`document.querySelectorAll('[data-scenario]').length === 1`)
	p.press(`[data-arm="esign.evidence/1435404"]`)
	p.until(`document.querySelector('[data-arm="esign.evidence/1435404"]').getAttribute('aria-pressed') === 'true'`)
	p.until(`document.querySelector('[data-scenarios]').dataset.scenarios === '1'`)
	p.shot("2-armed")
	p.press(`[data-arm="esign.evidence/1435404"]`)
	p.until(`document.querySelector('[data-scenarios]').dataset.scenarios === '0'`)
	p.fill(`[data-scensearch]`, "state/awaiting_review")
	p.press(`[data-arm="state/awaiting_review"]`)
	p.until(`!document.querySelector('[data-dialog="scenarios"]')`)
	p.until(`document.querySelector('[data-pane="phone"] [data-stage="review"]')`)
	p.shot("3-brought")

	// Somebody runs into something, and a platform sends another form.
	p.press(`[data-scenarios]`)
	p.press(`[data-part="play"]`)
	p.until(`document.querySelector('[data-arm="card/two_in_one_picture"]') && !document.querySelector('[data-arm="state/done"]')`)
	p.shot("3-people")
	p.press(`[data-part="shape"]`)
	p.press(`[data-arm="shape/post_in_language"]`)
	p.until(`document.querySelector('[data-scenarios]').dataset.scenarios === '1'`)
	p.shot("3-shapes")
	p.press(`[data-arm="shape/post_in_language"]`)
	p.until(`document.querySelector('[data-scenarios]').dataset.scenarios === '0'`)
	p.press(`[data-part="play"]`)
	p.press(`[data-arm="words/no_code"]`)
	p.until(`document.querySelector('[data-pane="phone"]').textContent.includes('现在等的是短信里的 6 位验证码')`)
	p.until(`document.querySelector('[data-pane="phone"] [data-stage="review"]')`)
	p.shot("3-played")

	p.press(`[data-crowd]`)
	p.until(`+document.querySelector('[data-queue]').dataset.queue > 0`)
	p.shot("4-crowd")
	// The page shows the kill before its answer has come. A click in between must not be lost.
	p.eval(`(() => {
		const real = window.fetch;
		window.fetch = async (...all) => {
			const answer = await real(...all);
			if (all[0] === '/sim/bot') await new Promise((done) => setTimeout(done, 500));
			return answer;
		};
	})()`, nil)
	p.press(`[data-botdo="kill"]`)
	p.until(`document.querySelector('[data-bot] [data-state="stopped"]')`)
	p.press(`[data-botdo="start"]`)
	p.until(`document.querySelector('[data-bot] [data-state="running"]')`)
	before := s.World.Ahead()
	p.press(`[data-clockby="24h"]`)
	s.Until("the clock moves", func() bool { return s.World.Ahead() > before })
	p.size(390, 844, true)
	p.eval(`shiming.setLang('en')`, nil)
	var over bool
	p.eval(`document.documentElement.scrollWidth > 390`, &over)
	if over {
		t.Error("got a page wider than a phone, want it to fit")
	}
	p.shot("5-phone")
	p.eval(`shiming.choose('tab', 'inspector')`, nil) // where the stage's tools are on a phone
	p.eval(`document.documentElement.scrollWidth > 390`, &over)
	if over {
		t.Error("got an inspector wider than a phone, want it to fit")
	}
	p.press(`[data-scenarios]`)
	p.until(`document.querySelectorAll('[data-scenario]').length > 20`)
	p.shot("6-phone-scenarios")
	p.clean()
}
