package main

import "testing"

// TestPageStage: the tools of the stage on the page: scenarios are searched, armed and taken back, somebody is brought to a
// place, a crowd comes, the bot is killed and started, the clock moves.
func TestPageStage(t *testing.T) {
	s := onStage(t, waitForBrowser)
	p := openBrowser(s.ctx, t).open(s.world.ControlURL, 1700, 950, false)

	p.press(`[data-scenarios]`)
	p.until(`document.activeElement?.dataset.scensearch !== undefined && document.querySelectorAll('[data-scenario]').length > 20`)
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

	p.press(`[data-crowd]`)
	p.until(`+document.querySelector('[data-queue]').dataset.queue > 0`)
	p.shot("4-crowd")
	p.press(`[data-botdo="kill"]`)
	p.until(`document.querySelector('[data-bot] [data-state="stopped"]')`)
	p.press(`[data-botdo="start"]`)
	p.until(`document.querySelector('[data-bot] [data-state="running"]')`)
	before := s.world.Ahead()
	p.press(`[data-clockby="24h"]`)
	s.until("the clock moves", func() bool { return s.world.Ahead() > before })
	p.size(390, 844, true)
	p.eval(`shiming.setLang('en')`, nil)
	var over bool
	p.eval(`document.documentElement.scrollWidth > 390`, &over)
	if over {
		t.Error("the page is wider than a phone")
	}
	p.press(`[data-scenarios]`)
	p.until(`document.querySelectorAll('[data-scenario]').length > 20`)
	p.shot("5-phone")
	p.clean()
}
