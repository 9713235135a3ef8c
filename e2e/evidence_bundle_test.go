package e2e

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
)

// TestEvidenceBundle exports a case of the simulated world beside the running bot, and proves the bundle elsewhere: with
// the command, and with a verifier that knows only the standards.
func TestEvidenceBundle(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: map[string]string{
		"review.style":  "cards",
		"evidence.mark": "{company} {date} {case}",
	}})
	s := newEvidenceShell(h)
	p := filed(h)
	c := h.CaseOf(p.OpenID)
	keys := s.must(0, "key")
	keyFile := s.write("keys.json", []byte(keys))
	bundle, page := s.export(c.ID, "bundle.json"), s.export(p.OpenID, "page.html")

	t.Run("verifies", func(t *testing.T) {
		for _, name := range []string{"bundle.json", "page.html"} {
			if out := s.must(0, "verify", s.path(name), "--keys", keyFile); !strings.Contains(out, "验证通过") {
				t.Errorf("%s: got %s", name, out)
			}
			if out := s.must(3, "verify", s.path(name)); !strings.Contains(out, "不能证明这是哪家公司的密钥") {
				t.Errorf("%s without keys: got %s", name, out)
			}
			english := s.must(0, "verify", s.path(name), "--keys", keyFile, "--lang", "en")
			if !strings.Contains(english, "Verified") {
				t.Errorf("%s in English: got %s", name, english)
			}
		}
		payload := provenPayload(t, bundle, []byte(keys))
		events, withheld := provenTrail(t, payload)
		if withheld > 1 || events[len(events)-1] != flows.EventEvidenceExported || events[0] != "open" {
			t.Errorf("got the events %v with %d rows withheld", events, withheld)
		}
		if !bytes.Contains(bundle, payload) {
			t.Error("the readable part is not what was signed")
		}
	})
	t.Run("states what was sent", func(t *testing.T) {
		point := h.World.ESign.PointsFor(c.ID)[0]
		full := s.export(c.ID, "full.json", "--full", "--reason", "劳动仲裁")
		got := sentFields(t, provenPayload(t, full, []byte(keys)))
		if got[""].Value != point.ID {
			t.Errorf("got the point %s, want %s", got[""].Value, point.ID)
		}
		want := evidenceFields(point, c, c.Personal)
		for name, f := range want {
			value, times := f.record, f.detail
			if times != "" && name != "realNameMethod" {
				value = times // a moment, whose form on the wire depends on the revision
			}
			if name == "threeElements.smsCode" { // deleted with the filing
				if got[name].Value != "" || got[name].State != "deleted" {
					t.Errorf("%s: the bundle does not say that it was deleted", name)
				}
			} else if got[name].Value != value || got[name].State != "" {
				t.Errorf("%s: what the bundle states is not what was sent", name)
			}
			delete(got, name)
		}
		delete(got, "")
		if len(got) > 0 {
			t.Errorf("got %d fields that were not sent", len(got))
		}
		if _, withheld := provenTrail(t, provenPayload(t, full, []byte(keys))); withheld != 0 {
			t.Errorf("got %d rows withheld in full, want none", withheld)
		}
	})
	t.Run("is masked", func(t *testing.T) {
		shown := s.must(0, "show", c.ID)
		for _, value := range []string{
			c.Personal.Name, c.Personal.Number, c.Personal.Mobile, p.SentCode(0), p.Person.Address,
		} {
			for name, file := range map[string][]byte{"bundle": bundle, "page": page, "terminal": []byte(shown)} {
				if value == "" || bytes.Contains(file, []byte(value)) {
					t.Errorf("%s: a value is in clear, or there was none", name)
				}
			}
		}
		for _, words := range []string{"e签宝证据点", c.Evidence.ID, c.Check.Serial, flows.MaskedNumber(c)} {
			if !strings.Contains(shown, words) || !bytes.Contains(page, []byte(words)) {
				t.Errorf("the terminal or the page does not say %q", words)
			}
		}
	})
	t.Run("is refused when it was altered", func(t *testing.T) {
		altered := bytes.Replace(bundle, []byte(c.Evidence.ID), []byte("P0"+c.Evidence.ID[2:]), 1)
		out := s.must(5, "verify", s.write("altered.json", altered), "--keys", keyFile)
		if !strings.Contains(out, "filed.evi_point_id") && !strings.Contains(out, "audit.rows") {
			t.Errorf("got %s, want the field", out)
		}
		s.must(5, "verify", s.write("cut.json", bundle[:len(bundle)/2]), "--keys", keyFile)
		s.must(6, "verify", s.write("junk.json", bytes.Repeat([]byte("x"), 10<<20)), "--keys", keyFile)
		other := newEvidenceShell(h.With(t))
		other.Values = map[string]string{"security.keyset_file": other.path("keyset.json")}
		if code, out := harness.Command(h.Ctx, nil, "keygen", other.path("keyset.json")).Run(t); code != 0 {
			t.Fatal(out)
		}
		foreign := s.write("foreign.json", []byte(other.must(0, "key")))
		if out := s.must(4, "verify", s.path("bundle.json"), "--keys", foreign); !strings.Contains(out, "另一套系统") {
			t.Errorf("got %s", out)
		}
		s.must(1, "verify", s.path("bundle.json"), "--keys", s.path("bundle.json"))
	})
	t.Run("never overwrites, names no stranger", func(t *testing.T) {
		if out := s.must(1, "export", c.ID, s.path("bundle.json")); !strings.Contains(out, "exists") {
			t.Errorf("got %s", out)
		}
		s.must(1, "export", c.ID, s.path("bundle.txt"))
		for _, who := range []string{"ou_nobody", "019a1b2c-3d4e-7f50-8a61-0123456789ab", "x"} {
			if out := s.must(1, "show", who); !strings.Contains(out, "no such case") {
				t.Errorf("%s: got %s", who, out)
			}
		}
	})
	if err := h.App.Store().VerifyChain(h.Ctx, c.ID); err != nil {
		t.Error(err)
	}
}

// TestEvidenceInFull: values in clear take a reason without them, are on record, and are told to the person at once and
// in 我的资料.
func TestEvidenceInFull(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: map[string]string{"review.style": "cards"}})
	s := newEvidenceShell(h)
	p := filed(h)
	c := h.CaseOf(p.OpenID)
	for _, refused := range [][]string{
		{"--full"}, {"--reason", "x y"}, {"--full", "--reason", "x"}, {"--full", "--reason", "给" + c.Personal.Name},
		{"--full", "--reason", "mobile " + c.Personal.Mobile},
	} {
		s.must(1, append([]string{"export", c.ID, s.path("refused.json")}, refused...)...)
		if _, err := os.Stat(s.path("refused.json")); err == nil {
			t.Fatalf("%v: got a file, want none", refused)
		}
	}
	if got := auditOf(h, p, flows.EventEvidenceExported); len(got) != 0 {
		t.Errorf("got %v on record after refusals, want nothing", got)
	}
	full := s.export(c.ID, "full.json", "--full", "--reason", "劳动仲裁 2026-1")
	for _, value := range []string{c.Personal.Name, c.Personal.Number, c.Personal.Mobile, c.Personal.SMSCode} {
		if !bytes.Contains(full, []byte(value)) {
			t.Error("a value is missing in full")
		}
	}
	p.WaitForCard("你的实名证据被查阅", "导出了", "劳动仲裁 2026-1")
	s.must(0, "show", c.ID, "--full", "--reason", "复核")
	p.WaitForCard("你的实名证据被查阅", "查看了", "复核")
	s.must(0, "show", c.ID)
	got := auditOf(h, p, flows.EventEvidenceExported)
	if len(got) != 1 || got[0]["reason"] != "劳动仲裁 2026-1" || got[0]["full"] != "yes" {
		t.Errorf("got %v on record, want one export with its reason", got)
	}
	if got := auditOf(h, p, flows.EventEvidenceShown); len(got) != 2 {
		t.Errorf("got %v on record, want two looks on the terminal", got)
	}
	p.Say("我的资料")
	p.WaitForCard("谁看过", "公司的系统运维人员", "看了没有打码的完整存证记录：劳动仲裁 2026-1", "看了打码的存证记录")
}

// TestEvidenceOfErasedCase: what was deleted is called deleted, and the rest still proves itself.
func TestEvidenceOfErasedCase(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: map[string]string{"review.style": "cards"}})
	s := newEvidenceShell(h)
	p := filed(h)
	number := h.CaseOf(p.OpenID).Personal.Number
	h.Advance(2 * time.Hour)
	p.Say("我的资料")
	p.WaitForCard("谁看过")
	p.Press("withdraw")
	h.Until("the deletion", func() bool { return !h.CaseOf(p.OpenID).Erased.IsZero() })
	keys := s.must(0, "key")
	bundle := s.export(p.OpenID, "bundle.json", "--full", "--reason", "仲裁")
	s.must(0, "verify", s.path("bundle.json"), "--keys", s.write("keys.json", []byte(keys)))
	fields := sentFields(t, provenPayload(t, bundle, []byte(keys)))
	for _, name := range []string{"name", "cardNo", "threeElements.mobile", "threeElements.smsCode"} {
		if f := fields[name]; f.Value != "" || f.State != "deleted" {
			t.Errorf("%s: got the value %q and the state %q, want deleted", name, f.Value, f.State)
		}
	}
	if fields["threeElements.verifySerialNumber"].Value == "" || bytes.Contains(bundle, []byte(number)) {
		t.Error("the serial number is missing, or the deleted number is there")
	}
}

// TestEvidenceCard: an admin finds somebody and sees the evidence, masked and on record.
func TestEvidenceCard(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: map[string]string{"review.style": "cards"}})
	p, a := filed(h), h.Admin(1)
	c := h.CaseOf(p.OpenID)
	a.Say("存证 " + c.Personal.Name)
	s := h.Find(a.Chat(), "the answer about the person", func(v harness.CardView) bool { return v.Says("你问的人", "已完成") })
	h.ClickOn(a.OpenID, s, "evidence", nil)
	h.Find(a.Chat(), "the evidence", func(v harness.CardView) bool {
		return v.Says("存证记录", c.Evidence.ID, c.Check.Serial, "shiming evidence export "+c.ID)
	})
	var looks int
	h.ReadStore(func(v flows.View) error {
		rows, err := v.AuditOf(h.Ctx, c.ID)
		for _, r := range rows {
			if r.Event == flows.EventLook && r.Actor == a.OpenID && r.Why == "opened the evidence" {
				looks++
			}
		}
		return err
	})
	if looks != 1 {
		t.Errorf("got %d looks on record, want 1", looks)
	}
}
