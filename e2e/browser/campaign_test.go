package browser

import (
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/sim"
)

// TestCampaignFirstDay plays HR's first day with a campaign on the page: invite everybody, look at the preview,
// confirm, see who is missing, remind them a day later, tell a department's lead, ask about a person, and take the
// numbers home as a file. Each card is looked at in both widths: it must not be wider than its place.
func TestCampaignFirstDay(t *testing.T) {
	h := harness.Start(t, harness.Setup{
		Browser:    true,
		Playground: true,
		World:      sim.Config{People: 6},
		Settings: map[string]string{
			"review.calendar":     harness.WeekdaysOnly(t),
			"timing.code_resend":  "1ms",
			"campaign.per_minute": "900",
		},
	})
	p := openBrowser(h.Ctx, t).open(h.Play.URL, 1440, 900, false)
	p.eval(`shiming.choose('hrchat', 'bot')`, nil)
	p.eval(`shiming.choose('drawer', 'closed')`, nil)
	d := firstDay{h, p}

	p.press(`[data-pane="hr"] [data-quick="邀请"]`)
	d.card("menu", "邀请员工实名", "全公司", "部门或群的名字")
	d.press("全公司")
	d.card("preview", "等你确认", "人会收到邀请", "办完要多久还估不出来", "公告群各有一条公告，只写人数")
	d.press("确认，开始邀请")
	d.yes()
	d.card("running", "进行中", "开始发邀请")
	people := h.World.People()
	for _, e := range people {
		h.Until("the invitation of each", func() bool { return d.shows(e.ChatID, "请你完成实名登记") })
	}
	p.until(`document.querySelector('[data-pane="group"]').textContent.includes('实名邀请开始了')`)
	for _, e := range people[:3] {
		if _, err := h.World.Feishu.Read(h.Ctx, e.OpenID); err != nil {
			t.Fatal(err)
		}
	}
	harness.Person{Employee: people[0], H: h}.ToPhotos()
	d.advance(time.Minute)
	p.until(`document.querySelector('[data-pane="hr"] .c-legend')?.textContent.includes('办理中')`)
	d.card("numbers", "已发 8 · 已读 3 · 开始 1", "起可以催")
	d.press("谁还没开始")
	d.card("missing", "邀请的人", "还没开始", "读了没开始", "已读 ·", "还没读 ·")
	d.press("回到进度")

	d.advance(24 * time.Hour)
	d.card("may-chase", "有 7 人可以催了")
	d.press("催一催还没开始的")
	d.yes()
	for _, e := range people[1:] {
		h.Until("the reminder of each", func() bool { return d.shows(e.ChatID, "实名登记还没开始") })
	}
	d.press("谁还没开始")
	d.card("chased", "催过 1 次")
	d.press("研发部 2")
	d.card("department", "只有点了才会告诉这个部门的负责人")
	d.press("告诉部门负责人")
	h.Until("the lead is told", func() bool {
		return d.shows(h.Admin(1).Chat(), "部门里还有人没办实名")
	})
	d.press("回到进度")

	stranger := h.World.Hire(1)[0]
	d.say(people[1].Person.Name + "办完了吗")
	d.card("not-begun", "你问的人", "还没有开始", "看进度")
	d.say(people[0].Person.Name + "办完了吗")
	d.card("begun", "待发照片", "等本人", "提醒一下")
	d.say(stranger.OpenID)
	d.card("not-invited", "还没有开始", "邀请")
	d.press("看进度")
	d.card("again", "进行中", "已发 8")
	d.press("导出表格")
	d.card("export", "这次邀请的表格")
	d.press("生成表格")
	p.until(`document.querySelector('[data-pane="hr"] .msg-file')`)
	p.clean()
}

// firstDay is HR's pane of the page.
type firstDay struct {
	*harness.Harness
	page *tab
}

// card waits for a card in HR's pane that says the words, and looks at the newest one at a desk and on a phone.
func (d firstDay) card(name string, words ...string) {
	d.Helper()
	var says []string
	for _, w := range words {
		says = append(says, `n.textContent.includes(`+quoted(w)+`)`)
	}
	card := `[...document.querySelectorAll('[data-pane="hr"] .card')].filter((n) => ` +
		strings.Join(says, " && ") + `).pop()`
	d.page.until(card)
	for _, size := range []struct {
		name          string
		width, height int
	}{{"desk", 1440, 1300}, {"phone", 390, 844}} {
		d.page.size(size.width, size.height, false)
		d.page.eval(`shiming.choose('tab', 'hr')`, nil)
		d.page.eval(card+`.scrollIntoView()`, nil)
		d.page.settle()
		var wide bool
		d.page.eval(card+`.scrollWidth > `+card+`.clientWidth + 1`, &wide)
		if wide {
			d.Errorf("%s at %s: the card is wider than its place", name, size.name)
		}
		d.page.shot(name + "-" + size.name)
	}
	d.page.size(1440, 900, false)
}

// press clicks the newest button with a label.
func (d firstDay) press(label string) {
	d.Helper()
	find := `[...document.querySelectorAll('[data-pane="hr"] .card button')].filter((n) => !n.disabled &&
		n.textContent.trim() === ` + quoted(label) + `).pop()`
	d.page.until(find)
	d.page.eval(find+`.click()`, nil)
}

// yes answers the question of a button.
func (d firstDay) yes() {
	d.Helper()
	d.page.press(`dialog [data-answer="yes"]`)
}

// say sends a message to the bot.
func (d firstDay) say(text string) {
	d.Helper()
	d.page.fill(`[data-say="hr"]`, text)
	d.page.press(`[data-send="hr"]`)
}

// shows reports whether a chat has a card of the bot with the words.
func (d firstDay) shows(chat, words string) bool {
	for _, m := range d.World.Feishu.Messages(chat) {
		if m.FromBot && strings.Contains(string(m.Card), words) {
			return true
		}
	}
	return false
}

// advance moves the clock once nothing is to be done any more.
func (d firstDay) advance(by time.Duration) {
	d.Helper()
	d.WaitIdle()
	d.Advance(by)
}
