package e2e

import (
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"shiming/config"
	"shiming/e2e/files"
	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/owncopy"
	"shiming/sim"
	"shiming/sim/feishu"
)

// privacyOutput runs `shiming privacy …` in a process of its own beside the running bot.
func privacyOutput(h *harness.Harness, want int, args ...string) string {
	h.Helper()
	env := append(config.Environ(h.Values), "LANG=zh_CN.UTF-8")
	args = append(args, "--config", files.WriteTemp(h.T, "config.yaml", ""))
	got, out := harness.Command(h.Ctx, env, append([]string{"privacy"}, args...)...).Run(h.T)
	if got != want {
		h.Fatalf("privacy %v: got %d, want %d: %s", args, got, want, out)
	}
	return out
}

// TestRights: the buttons of 我的资料 from the person's side and from HR's. A correction is answered, an objection is
// declined with a reason, a copy comes as two files with everything in full, and is recalled within a day.
func TestRights(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: noResendPause()})
	a := h.Admin(0)
	p := filed(h)
	p.Say("我的资料")
	card := p.WaitForCard("我的资料", "谁看过", "要一份副本", "申请更正", "提出反对", "撤回同意，删除我的资料")
	waitIdle(h)
	if toast := h.ClickOn(p.OpenID, card, "correct_data", map[string]any{"request_words": "住址里的门牌号不对"}); !strings.Contains(
		toast, "已收到，最晚") {
		t.Errorf("toast %q, want the day", toast)
	}
	asked := h.Find(a.Chat(), "the request", func(s harness.CardView) bool {
		return s.Says("更正资料", "住址里的门牌号不对") && s.Has("fulfil_request")
	})
	waitIdle(h)
	h.ClickOn(a.OpenID, asked, "fulfil_request", map[string]any{"request_reason": "已请管理员改好"})
	p.WaitForCard("你的申请有了答复", "已办理", "已请管理员改好")

	card = h.Find(p.ChatID, "the answered correction", func(s harness.CardView) bool {
		return s.Has("object_data") && s.Says("更正资料")
	})
	waitIdle(h)
	h.ClickOn(p.OpenID, card, "object_data", map[string]any{"request_words": "不想给第三方"})
	a.Say("资料申请")
	list := h.Find(a.Chat(), "the open requests", func(s harness.CardView) bool {
		return s.Says("1 件待答复") && s.Has("open_request")
	})
	waitIdle(h)
	h.ClickOn(a.OpenID, list, "open_request", nil)
	opened := h.Find(a.Chat(), "the objection", func(s harness.CardView) bool {
		return s.Says("不想给第三方") && s.Has("decline_request")
	})
	waitIdle(h)
	if toast := h.ClickOn(a.OpenID, opened, "decline_request", nil); !strings.Contains(toast, "答复") {
		t.Errorf("toast %q without a reason, want it asked for", toast)
	}
	h.ClickOn(a.OpenID, opened, "decline_request", map[string]any{"request_reason": "存证依法要保管"})
	p.WaitForCard("你的申请有了答复", "不予办理", "存证依法要保管")

	waitIdle(h)
	card = h.Find(p.ChatID, "the declined objection", func(s harness.CardView) bool {
		return s.Has("copy_data") && s.Says("反对处理")
	})
	h.ClickOn(p.OpenID, card, "copy_data", nil)
	h.Until("two files", func() bool { return len(filesOf(h, p.ChatID)) == 2 })
	p.WaitForCard("你的资料副本", "上面两个文件")
	for _, m := range filesOf(h, p.ChatID) {
		name, content := fileOf(h, m)
		c := h.CaseOf(p.OpenID)
		for what, value := range map[string]string{
			"name": p.Person.Name, "number": p.Person.Code, "mobile": p.Person.Mobile, "case": c.ID,
			"consent": c.Consent.Hash, "point": c.Evidence.ID, "HR": a.OpenID, "request": "不想给第三方",
		} {
			if !strings.Contains(string(content), value) {
				t.Errorf("%s lacks the %s", name, what)
			}
		}
		if strings.HasSuffix(name, ".json") {
			var got owncopy.Copy
			if err := json.Unmarshal(content, &got); err != nil || len(got.Registrations) != 1 || len(got.Requests) != 3 {
				t.Errorf("got %d registrations, %d requests and %v, want one and three", len(got.Registrations),
					len(got.Requests), err)
			}
		}
	}
	for _, chat := range []string{a.Chat(), h.World.ReviewChat(), h.World.AnnounceChat()} {
		if len(filesOf(h, chat)) != 0 {
			t.Error("somebody else got the copy")
		}
	}
	waitIdle(h)
	h.Advance(flows.ExportKept + time.Second)
	h.Until("the recall", func() bool { return len(filesOf(h, p.ChatID)) == 0 })
}

// fileOf returns name and content of a file in a chat.
func fileOf(h *harness.Harness, m feishu.Message) (name string, content []byte) {
	h.Helper()
	var body struct {
		FileKey string `json:"file_key"`
	}
	if err := json.Unmarshal([]byte(m.Content), &body); err != nil {
		h.Fatal(err)
	}
	name, content, ok := h.World.Feishu.Resource(body.FileKey)
	if !ok {
		h.Fatal("no such file")
	}
	return name, content
}

// TestPrivacyShell: the head of a day is published; the report and the proof come from the terminal beside the running
// bot; a row that was altered is named, and a published head of another history is not found.
func TestPrivacyShell(t *testing.T) {
	h := harness.Start(t, harness.Setup{
		Settings: noResendPause(),
		Before: func(w *sim.World, values map[string]string) {
			values["dpo.viewers"] = w.Admins()[1]
			values["dpo.heads_url"], values["dpo.heads_secret"] = values["handover.url"], values["handover.secret"]
		},
	})
	dpo := h.Admin(1)
	p := filed(h)
	dpo.Say("隐私报告")
	report := h.Find(dpo.Chat(), "the report", func(s harness.CardView) bool { return s.Says("个人信息保护报告", "谁看过，为什么") })
	waitIdle(h)
	h.Advance(24 * time.Hour) // past the next 09:12
	var head *flows.PublishedHead
	h.Until("the head", func() bool {
		h.ReadStore(func(v flows.View) (err error) {
			head, err = v.LastHead(h.Ctx, h.CaseOf(p.OpenID).TenantKey)
			return flows.IgnoreNotFound(err)
		})
		return head != nil && len(head.Hash) > 0
	})
	hash := hex.EncodeToString(head.Hash)
	for _, chat := range []string{h.World.ReviewChat(), dpo.Chat()} {
		h.Find(chat, "the published head", func(s harness.CardView) bool { return s.Says("审计校验值", hash) })
	}
	waitIdle(h)
	// The process has the machine's clock, which is not the world's.
	period := []string{"report", "--from", "2020-01-01", "--to", "2040-01-01"}
	out := privacyOutput(h, 0, append(period, "--json")...) + privacyOutput(h, 0, period...)
	for _, personal := range []string{p.OpenID, p.Person.Name, p.Person.Code, p.Person.Mobile, h.CaseOf(p.OpenID).ID} {
		if strings.Contains(out, personal) || strings.Contains(string(report.Msg.Card), personal) {
			t.Errorf("the report holds %q", personal)
		}
	}
	if !strings.Contains(out, `"recipients"`) || !strings.Contains(out, "异常") {
		t.Errorf("got %s, want the report in both forms", out)
	}
	messages := files.WriteTemp(t, "heads.txt", "审计校验值 "+head.Day+"\n"+hash+"\n")
	if out := privacyOutput(h, 0, "audit", "--head", messages); !strings.Contains(out, "没有发现问题") {
		t.Errorf("got %s, want no gap", out)
	}
	if out := privacyOutput(h, 5, "audit", "--head", strings.Repeat("0", 64)); !strings.Contains(out, "重写") {
		t.Errorf("got %s, want the head not found", out)
	}
	h.Until("the head at its receiver", func() bool { return len(h.World.Handover.Heads()) > 0 })
	body := string(h.World.Handover.Heads()[0].Body)
	for _, personal := range []string{p.OpenID, p.Person.Name, p.Person.Code, p.Person.Mobile, h.CaseOf(p.OpenID).ID} {
		if strings.Contains(body, personal) {
			t.Errorf("the receiver got %q", personal)
		}
	}
	kept := files.WriteTemp(t, "kept.jsonl", body)
	if out := privacyOutput(h, 0, "audit", "--heads", kept); !strings.Contains(out, "有 1 个和数据库一致") {
		t.Errorf("got %s, want the kept head as it is in the database", out)
	}
	i := strings.LastIndex(body, `"hash":"`) + len(`"hash":"`)
	kept = files.WriteTemp(t, "other.jsonl", body[:i]+strings.Repeat("0", 64)+body[i+64:])
	if out := privacyOutput(h, 5, "audit", "--heads", kept); !strings.Contains(out, h.CaseOf(p.OpenID).ID+" #1–#") ||
		!strings.Contains(out, "和接收系统收到的不符") {
		t.Errorf("got %s, want the case and its rows", out)
	}
	if out := privacyOutput(h, 1, "audit", "--heads", messages); !strings.Contains(out, "--heads") {
		t.Errorf("got %s, want to hear that this is no file of notifications", out)
	}
	if out := privacyOutput(h, 1, "audit", "--head", "nonsense"); !strings.Contains(out, "--head") {
		t.Errorf("got %s, want to hear what --head takes", out)
	}
}
