package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim/feishu"
	"shiming/sim/wire"
)

const exportBegun = "正在生成，好了就发到和我的单聊里"

// asksForExport says the word and presses the button of the card that comes.
func asksForExport(a harness.Admin, word string, choice map[string]any) string {
	a.H.Helper()
	a.Say(word)
	card := a.H.Find(a.Chat(), "the choices for a file", func(s harness.CardView) bool { return s.Offers("export") })
	waitIdle(a.H)
	return a.H.ClickOn(a.OpenID, card, "export", choice)
}

// filesOf returns the messages with a file in a chat that were not recalled.
func filesOf(h *harness.Harness, chat string) (out []feishu.Message) {
	for _, m := range h.World.Feishu.Messages(chat) {
		if m.Type == "file" && !m.Recalled {
			out = append(out, m)
		}
	}
	return out
}

// exportedFile waits for the file in an admin's chat.
func exportedFile(a harness.Admin) (m feishu.Message, name string, content []byte) {
	a.H.Helper()
	a.H.Until("the file", func() bool {
		sent := filesOf(a.H, a.Chat())
		if len(sent) > 0 {
			m = sent[len(sent)-1]
		}
		return len(sent) > 0
	})
	var body struct {
		FileKey string `json:"file_key"`
	}
	if err := json.Unmarshal([]byte(m.Content), &body); err != nil {
		a.H.Fatal(err)
	}
	name, content, ok := a.H.World.Feishu.Resource(body.FileKey)
	if !ok {
		a.H.Fatal("no such file")
	}
	return m, name, content
}

// exportRows reads the rows of a file by a reader that is not ours.
func exportRows(h *harness.Harness, content []byte) (rows [][]string) {
	h.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		h.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	if rows, err = book.GetRows(book.GetSheetName(0)); err != nil {
		h.Fatal(err)
	}
	return rows
}

// ledger waits until the newest export of an admin is in a state.
func ledger(a harness.Admin, state flows.ExportState) (x *flows.Export) {
	a.H.Helper()
	a.H.Until("the export "+string(state), func() bool {
		a.H.ReadStore(func(v flows.View) error {
			list, err := v.ExportsOf(a.H.Ctx, harness.Tenant, a.OpenID, time.Time{})
			if len(list) > 0 {
				x = list[len(list)-1]
			}
			return err
		})
		return x != nil && x.State == state
	})
	return x
}

// TestExport: HR's list comes as a file in private, masked and right by the record, and is gone within a day.
func TestExport(t *testing.T) {
	h := harness.Start(t, harness.Setup{HR: harness.Diligent})
	a, b := h.Admin(0), h.Admin(1)
	done, open, new := h.Hire(), h.Hire(), h.Hire()
	done.ToCode()
	done.TypeCode()
	done.CheckFiled()
	open.ToForm()
	new.ToPhotos()
	if toast := asksForExport(a, "导出", nil); toast != exportBegun {
		t.Errorf("toast %q, want %q", toast, exportBegun)
	}
	m, name, content := exportedFile(a)
	if !strings.HasPrefix(name, "实名名单-") || !strings.HasSuffix(name, ".xlsx") {
		t.Errorf("file %q, want a Chinese name with its ending", name)
	}
	rows := exportRows(h, content)
	if len(rows) != 4 || rows[0][0] != "姓名（打码）" {
		t.Fatalf("got %d rows, want the headings and three people", len(rows))
	}
	byPerson := map[string][]string{}
	for _, row := range rows[1:] {
		byPerson[row[10]] = row
	}
	c := h.CaseOf(done.OpenID)
	got := byPerson[done.OpenID]
	if got == nil || got[2] != "已完成" || got[8] != c.Evidence.ID || got[9] != c.ID || got[0] != flows.MaskedName(c) {
		t.Errorf("got the row %q of who is done, want state, point, case and masked name of the record", got)
	}
	if want := c.EnteredAt.In(flows.ChinaTime).Format("2006-01-02 15:04"); got[6] != want {
		t.Errorf("got done at %s, want %s", got[6], want)
	}
	if got := byPerson[open.OpenID]; got == nil || got[2] != "待核对" || got[8] != "" {
		t.Errorf("got the row %q of who is at the form", got)
	}
	if got := byPerson[new.OpenID]; got == nil || got[2] != "待发照片" || got[0] != "" {
		t.Errorf("got the row %q of who has sent nothing", got)
	}
	for _, p := range []harness.Person{done, open, new} {
		for _, secret := range []string{p.Person.Name, p.Person.Code, p.Person.Mobile} {
			for _, row := range rows {
				if slices.Contains(row, secret) {
					t.Error("got something in full in the file, want it masked")
				}
			}
		}
	}
	x := ledger(a, flows.ExportSent)
	if sum := sha256.Sum256(content); x.SHA256 != hex.EncodeToString(sum[:]) || x.Rows != 3 || x.MessageID != m.ID {
		t.Errorf("got %+v on record, want hash, number and message of the file", x)
	}
	audited := auditOf(h, done, flows.EventExported)
	if len(audited) != 1 || audited[0]["export"] != x.ID || audited[0]["sha256"] != x.SHA256 {
		t.Errorf("got %v in the chain of the case, want the export", audited)
	}
	h.Find(a.Chat(), "what the file holds", func(s harness.CardView) bool { return s.Says("名单发给你了", "共 3 人") })
	others := []string{b.Chat(), h.World.ReviewChat(), h.World.AnnounceChat(), h.World.Feishu.P2PChat(done.OpenID)}
	for _, chat := range others {
		if len(filesOf(h, chat)) != 0 {
			t.Error("somebody else got the file")
		}
	}
	done.Say("我的资料")
	done.WaitForCard("谁看过", "导出了打码的清单")
	waitIdle(h)
	h.Advance(flows.ExportKept - time.Minute)
	waitIdle(h)
	if len(filesOf(h, a.Chat())) != 1 {
		t.Error("the file is gone before its time")
	}
	h.Advance(time.Minute + time.Second)
	h.Until("the recall", func() bool { return len(filesOf(h, a.Chat())) == 0 })
	ledger(a, flows.ExportRecalled)
}

// TestExportRecalledAcrossARestart: a bot that is down when a file's time is over recalls it when it starts.
func TestExportRecalledAcrossARestart(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	a := h.Admin(0)
	h.Hire().ToPhotos()
	asksForExport(a, "导出", nil)
	ledger(a, flows.ExportSent)
	waitIdle(h)
	h.StopBot()
	h.Advance(flows.ExportKept + time.Second)
	if len(filesOf(h, a.Chat())) != 1 {
		t.Error("the file is gone, want the recall to be the bot's")
	}
	h.StartBot()
	h.Until("the recall", func() bool { return len(filesOf(h, a.Chat())) == 0 })
	ledger(a, flows.ExportRecalled)
}

// TestExportChoices: filters and language, a word in the review group, and who gets nothing.
func TestExportChoices(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	a := h.Admin(0)
	p, stranger := h.Hire(), h.Hire()
	p.ToReview()
	stranger.ToPhotos()
	if toast := asksForExport(a, "export", map[string]any{"export_people": "hr"}); toast != exportBegun {
		t.Errorf("toast %q, want %q", toast, exportBegun)
	}
	_, name, content := exportedFile(a)
	rows := exportRows(h, content)
	if !strings.HasPrefix(name, "Registrations-") || len(rows) != 2 || rows[1][10] != p.OpenID {
		t.Errorf("got %s with %d people, want who waits for HR, in the language of the word", name, len(rows)-1)
	}
	ledger(a, flows.ExportSent)
	asksForExport(a, "export", map[string]any{"export_people": "open", "export_language": "zh"})
	h.Until("the second file", func() bool { return len(filesOf(h, a.Chat())) == 2 })
	if _, name, content = exportedFile(a); !strings.HasPrefix(name, "实名名单-") || len(exportRows(h, content)) != 3 {
		t.Errorf("got %s, want a Chinese file of two people", name)
	}
	ledger(a, flows.ExportSent)
	asksForExport(a, "导出", map[string]any{"export_people": "done"})
	h.Find(a.Chat(), "that nobody is meant", func(s harness.CardView) bool { return s.Says("没有符合条件的人") })
	ledger(a, flows.ExportEmpty)

	stranger.Say("导出")
	stranger.WaitForCard("HR")
	card := h.Find(a.Chat(), "the choices", func(s harness.CardView) bool { return s.Offers("export") })
	for _, form := range []any{nil, map[string]any{"export_people": "all"}} {
		if got := h.Forge(stranger.OpenID, card.Msg, card.Value("export"), form).Toast; got == exportBegun {
			t.Errorf("toast %q for a stranger", got)
		}
	}
	forged := map[string]any{"export_people": "x"}
	if got := h.Forge(a.OpenID, card.Msg, card.Value("export"), forged).Toast; got == exportBegun {
		t.Errorf("toast %q for a forged choice", got)
	}
	waitIdle(h)
	if n := len(filesOf(h, h.World.Feishu.P2PChat(stranger.OpenID))); n != 0 {
		t.Errorf("a stranger got %d files", n)
	}
}

// TestExportInTrouble: an upload that fails, a message whose answer is lost: one file comes.
func TestExportInTrouble(t *testing.T) {
	for name, fault := range map[string]wire.Fault{
		"upload lost":   {Upstream: "feishu", Operation: "file.create", Kind: wire.DropAfter, Times: 1},
		"upload broken": {Upstream: "feishu", Operation: "file.create", Kind: wire.Error, Status: 500, Times: 2},
		"message lost":  {Upstream: "feishu", Operation: "message.create", Kind: wire.DropAfter, Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			h := harness.Start(t, harness.Setup{Noisy: true})
			a := h.Admin(0)
			h.Hire().ToPhotos()
			a.Say("导出")
			card := h.Find(a.Chat(), "the choices for a file", func(s harness.CardView) bool { return s.Offers("export") })
			waitIdle(h)
			h.World.Faults.Arm(fault)
			if toast := h.ClickOn(a.OpenID, card, "export", nil); toast != exportBegun {
				t.Errorf("toast %q, want %q", toast, exportBegun)
			}
			ledger(a, flows.ExportSent)
			waitIdle(h)
			if n := len(filesOf(h, a.Chat())); n != 1 {
				t.Errorf("%d files in the chat, want one", n)
			}
		})
	}
}

// TestExportLeft: a file that Feishu refuses to recall stays, and the admins are told who has to delete it.
func TestExportLeft(t *testing.T) {
	h := harness.Start(t, harness.Setup{Noisy: true})
	a, b := h.Admin(0), h.Admin(1)
	h.Hire().ToPhotos()
	asksForExport(a, "导出", nil)
	ledger(a, flows.ExportSent)
	waitIdle(h)
	h.World.Feishu.Set(func(b *feishu.Behaviour) { b.RecallWithin = time.Hour })
	h.Advance(flows.ExportKept + time.Second)
	if x := ledger(a, flows.ExportLeft); x.Code != "230009" {
		t.Errorf("code %q on record, want 230009", x.Code)
	}
	for _, who := range []harness.Admin{a, b} {
		h.Find(who.Chat(), "a notice to the admin", func(s harness.CardView) bool {
			return s.Says("没能从这位同事和机器人的单聊里撤回") && strings.Contains(string(s.Msg.Card), a.OpenID)
		})
	}
	if len(filesOf(h, a.Chat())) != 1 {
		t.Error("the file is gone, want it left")
	}
}

// TestExportOfACampaign: the button on a campaign's card leads to its numbers as a file.
func TestExportOfACampaign(t *testing.T) {
	c := startCampaigns(t, withCampaigns(t))
	people := c.HireAll(2)
	c.invites(people)
	c.invitation(people[0])
	c.invitation(people[1])
	card := c.Find(c.hr.Chat(), "the campaign with a file", func(s harness.CardView) bool { return s.Offers("export") })
	c.press(card, "export", "open")
	choice := c.Find(c.hr.Chat(), "the choices for the campaign", func(s harness.CardView) bool {
		return s.Offers("export") && s.Says("这次邀请的表格")
	})
	waitIdle(c.Harness)
	if toast := c.ClickOn(c.hr.OpenID, choice, "export", nil); toast != exportBegun {
		t.Errorf("toast %q, want %q", toast, exportBegun)
	}
	_, _, content := exportedFile(c.hr)
	rows := exportRows(c.Harness, content)
	if len(rows) != 3 || rows[0][2] != "进展" || rows[1][2] != "已邀请，没开始" {
		t.Errorf("got %q, want both people", rows)
	}
	c.Find(c.hr.Chat(), "what the file holds", func(s harness.CardView) bool { return s.Says("名单发给你了", "共 2 人") })
}
