package cmd

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/store"
)

// inLanguage chooses a text.
func inLanguage(lang, zh, en string) string {
	if lang == "zh" {
		return zh
	}
	return en
}

// gapTexts says what each kind of gap means.
var gapTexts = map[store.GapKind][2]string{
	store.GapMissing:   {"缺少这一行", "this row is missing"},
	store.GapAltered:   {"这一行被改过", "this row was altered"},
	store.GapReordered: {"这一行被换了位置", "this row was moved"},
	store.GapUnlinked:  {"这一行接不上前面", "this row follows none of the chain"},
	store.GapCut:       {"链尾被截断或重算", "the end was cut off, or computed without the keyset"},
	store.GapNoCase:    {"有记录，却没有这一件", "there are rows, but no such case"},
	store.GapPublished: {"和已公布的校验值不符", "differs from what a published head covers"},
	store.GapHead:      {"数据库里的校验值和它的内容不符", "the head in the database differs from its contents"},
	store.GapRewritten: {"已公布的校验值不在数据库里：记录被整个重写过", "this published head is not in the database: history was rewritten"},
	store.GapKept: {"和接收系统收到的不符：这几行被改过或没有了",
		"differs from what the receiver was told: these rows were changed or are gone"},
}

// whereOf writes the place of a gap: case and row, of kept rows from the first one that may differ, or the chain of
// which nothing is left.
func whereOf(g store.AuditGap) string {
	switch {
	case g.Chain != "":
		return g.Chain + " #1–#" + fmt.Sprint(g.Seq) + "  "
	case g.CaseID == "":
		return ""
	case g.Kind == store.GapKept && g.After+1 < g.Seq:
		return g.CaseID + " #" + fmt.Sprint(g.After+1) + "–#" + fmt.Sprint(g.Seq) + "  "
	}
	return g.CaseID + " #" + fmt.Sprint(g.Seq) + "  "
}

// daysText writes days that are no gaps of the trail, each with its tenant.
func daysText(b *strings.Builder, title string, days []store.HeadDays) {
	if len(days) == 0 {
		return
	}
	b.WriteString(title)
	for _, d := range days {
		text := d.From
		if d.To != d.From {
			text += " – " + d.To
		}
		b.WriteString("  " + text + "  " + d.TenantKey + "\n")
	}
}

// proofText writes what was proved, and every gap.
func proofText(p *store.AuditProof, lang string) string {
	var b strings.Builder
	fmt.Fprintf(&b, inLanguage(lang, "%d 条链，%d 行，%d 个校验值，核对了公布的 %d 个。\n",
		"%d chains, %d rows, %d heads; %d published heads compared.\n"), p.Chains, p.Rows, p.Heads, p.Given)
	if p.LastHead != "" {
		fmt.Fprintf(&b, inLanguage(lang, "最新的校验值：%s %s\n", "Newest head: %s %s\n"), p.LastDay, p.LastHead)
	}
	if p.Kept > 0 || p.KeptEnds > 0 {
		fmt.Fprintf(&b, inLanguage(lang, "接收系统留存的校验值里，有 %d 个和数据库一致；核对了 %d 个链尾。\n",
			"Of the heads that the receiver has kept, %d are as in the database; %d ends of chains compared.\n"),
			p.Kept, p.KeptEnds)
	}
	daysText(&b, inLanguage(lang, "没有校验值的日子（当天程序没有运行，或有人拦下了）：\n",
		"Days without a head (the bot did not run, or somebody held it back):\n"), p.Headless)
	daysText(&b, inLanguage(lang, "接收系统没有留存或不全的日子：\n",
		"Days that the receiver has not kept, or not as a whole:\n"), p.Unkept)
	if len(p.Gaps) == 0 {
		b.WriteString(inLanguage(lang, "没有发现问题。\n", "No gap.\n"))
		return b.String()
	}
	fmt.Fprintf(&b, inLanguage(lang, "发现 %d 处问题：\n", "%d gap(s):\n"), len(p.Gaps))
	for _, g := range p.Gaps {
		t := gapTexts[g.Kind]
		b.WriteString("  ")
		b.WriteString(whereOf(g))
		if g.Day != "" {
			b.WriteString(g.Day + "  ")
		}
		if g.Head != "" {
			b.WriteString(g.Head + "  ")
		}
		b.WriteString(inLanguage(lang, t[0], t[1]) + "\n")
	}
	return b.String()
}

// reportText writes the reports for a terminal.
func reportText(reports []*flows.PrivacyReport, lang string) string {
	var b strings.Builder
	t := func(zh, en string, args ...any) { fmt.Fprintf(&b, inLanguage(lang, zh, en)+"\n", args...) }
	if len(reports) == 0 {
		t("还没有任何登记。", "Nobody has begun a registration.")
	}
	for _, r := range reports {
		t("个人信息保护报告 %s 到 %s  %s", "Privacy report %s to %s  %s", r.From.In(flows.ChinaTime).Format(time.DateOnly),
			r.To.Add(-time.Minute).In(flows.ChinaTime).Format(time.DateOnly), r.TenantKey)
		t("%s", "%s", cards.CodeText("privacy", "purpose", lang))
		t("%s", "%s", cards.CodeText("privacy", "categories", lang))
		t("给谁：", "Recipients:")
		for _, code := range r.Recipients {
			t("  %s", "  %s", cards.RecipientText(code, r.Supplier, lang))
		}
		t("保存多久：", "Retention:")
		for _, key := range slices.Sorted(maps.Keys(r.Retention)) {
			t("  %s = %s", "  %s = %s", key, r.Retention[key])
		}
		t("现在的数量：", "Numbers, now:")
		for _, s := range flows.States {
			if n := r.States[s]; n > 0 {
				t("  %s %d", "  %s %d", cards.CodeText("state", string(s), lang), n)
			}
		}
		t("这段时间：新开 %d，完成 %d", "In the period: begun %d, done %d", r.Started, r.Done)
		t("删除：", "Deleted:")
		for _, d := range r.Deletions.ByRule() {
			t("  %s %d", "  %s %d", d.Rule, d.Cases)
		}
		t("谁看过，为什么：", "Looks and reasons:")
		for _, l := range r.Looks {
			reason := ""
			if l.Reason != "" {
				reason = cards.CodeText("peek_reason", l.Reason, lang)
			}
			t("  %s  %s  %s  %d", "  %s  %s  %s  %d", l.By, cards.CodeText("looked", l.What, lang), reason, l.N)
		}
		t("没有权限、被拒绝的：", "Refused for want of a right:")
		for _, f := range r.Refused {
			t("  %s  %d 次，涉及具体某一件的有 %d 人", "  %s  %d times, about a case by %d people",
				cards.CodeText("refused_what", f.What, lang), f.N, f.People)
		}
		t("个人的申请：现在待答复 %d，超期 %d", "Requests of people: %d open now, %d of them overdue", r.Open, r.Overdue)
		for _, q := range r.Requests {
			t("  %s：%d 件，已办理 %d，不予办理 %d，超期 %d，平均用时 %s", "  %s: %d, done %d, declined %d, late %d, %s on average",
				cards.CodeText("request", string(q.Kind), lang), q.Made, q.Fulfilled, q.Declined, q.Late, q.Took.Round(time.Second))
		}
		t("异常：", "Incidents:")
		for _, kind := range flows.IncidentReports {
			t("  %s %d", "  %s %d", cards.CodeText("incident_report", string(kind), lang), r.Incidents[kind])
		}
		if r.LastHead != "" {
			t("最新的审计校验值：%s %s", "Newest audit head: %s %s", r.HeadDay, r.LastHead)
			if r.UnsentHeads > 0 {
				t("还没交给接收系统的校验值：%d", "Heads that their receiver has not taken yet: %d", r.UnsentHeads)
			}
		}
	}
	return b.String()
}
