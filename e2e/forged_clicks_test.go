package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
)

// TestBadForm submits invalid values. Each is reported at its field, and valid values stay.
func TestBadForm(t *testing.T) {
	h := harness.Start(t, harness.Setup{HR: harness.Diligent})
	p := h.Hire()
	p.ToForm()
	mistyped := p.Person.Code[:9] + map[bool]string{true: "7", false: "1"}[p.Person.Code[9] == '1'] + p.Person.Code[10:]
	for _, c := range []struct{ field, typed, toast, problem string }{
		{"identity_code", mistyped, "身份证号", "这个号码有一位不对"},
		{"identity_code", p.Person.Code[:16], "身份证号", "应该是 18 位"},
		{"identity_code", "abcdefghijklmnopqr", "身份证号", "有不该出现的字符"},
		{"mobile", "12345", "手机号", "应该是 11 位的大陆手机号"},
		{"mobile", "010-12345678", "手机号", "应该是 11 位的大陆手机号"},
		{"identity_name", "<at id=all></at>", "姓名", "有不像姓名的字符"},
		{"identity_name", "**粗体**[链接](https://example.com)", "姓名", "有不像姓名的字符"},
	} {
		t.Run(c.field+" "+c.typed, func(t *testing.T) {
			form := map[string]any{"identity_name": p.Person.Name, "identity_code": p.Person.Code, "mobile": p.Person.Mobile}
			form[c.field] = c.typed
			if toast := p.Press("confirm", form); toast != "这一项不对："+c.toast {
				t.Errorf("%s %q: toast %q, want %v", c.field, c.typed, toast, "这一项不对："+c.toast)
			}
			s := p.See(sim.StageConfirmation, c.problem)
			if strings.Contains(markdown(t, s.Msg.Card), c.typed) {
				t.Errorf("got %q in Markdown, want it as plain text", c.typed)
			}
			for name, want := range form {
				if got := s.Field(name); name != c.field && got != want {
					t.Errorf("%s: got %v, want %v", name, got, want)
				}
			}
		})
	}
	// Feishu's client limits inputs to 50 characters; another client may not.
	s := p.See(sim.StageConfirmation)
	typed := map[string]any{"identity_name": strings.Repeat("样", 51), "identity_code": p.Person.Code,
		"mobile": p.Person.Mobile}
	if a := h.Forge(p.OpenID, s.Msg, s.Value("confirm"), typed); a.Toast != "这一项不对：姓名" || !a.Card.Says("和身份证保持一致") {
		t.Errorf("a long name: %q, want %q", a.Toast, "这一项不对：姓名")
	}
	if p.SMSCount() != 0 || h.CountCalls("tencent", "") != 0 {
		t.Error("got a call to a supplier for an invalid form, want none")
	}
	p.Press("confirm", map[string]any{"identity_name": p.Person.Name, "identity_code": " " +
		strings.ToLower(p.Person.Code) + " ", "mobile": "+86 " + p.Person.Mobile})
	p.SentCode(0)
	p.See(sim.StageCode, "验证码已在")
	p.TypeCode()
	p.CheckFiled()
}

// markdown collects the texts of a card that a client renders as Markdown.
func markdown(t *testing.T, card json.RawMessage) string {
	t.Helper()
	var root any
	if err := json.Unmarshal(card, &root); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			if v["tag"] == "markdown" || v["tag"] == "lark_md" {
				raw, _ := json.Marshal(v)
				b.Write(raw)
			}
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(root)
	return b.String()
}

func TestLongTexts(t *testing.T) {
	h := harness.Start(t, harness.Setup{HR: harness.Diligent})
	p := h.Hire()
	long := strings.Repeat("样", 10_000)
	p.Say(long)
	p.WaitForCard("你好，我是实名助手")
	form := p.ToForm()
	p.Say(long + "实名")
	p.WaitForCard("没看懂这句话")
	for _, field := range []string{"identity_name", "identity_code", "mobile"} {
		typed := map[string]any{
			"identity_name": p.Person.Name,
			"identity_code": p.Person.Code,
			"mobile":        p.Person.Mobile,
			field:           long,
		}
		a := h.Forge(p.OpenID, form.Msg, form.Value("confirm"), typed)
		if a.Status != http.StatusOK || a.Toast != "没看懂这次点击，请刷新后再试" {
			t.Errorf("%s: %d %q, want %v, %q", field, a.Status, a.Toast, http.StatusOK, "没看懂这次点击，请刷新后再试")
		}
	}
	p.Press("confirm")
	s := p.See(sim.StageCode, "验证码已在")
	if a := h.Forge(p.OpenID, s.Msg, s.Value("submit_code"),
		map[string]any{"sms_code": long}); a.Toast != "没看懂这次点击，请刷新后再试" {
		t.Errorf("sms_code: %q, want %q", a.Toast, "没看懂这次点击，请刷新后再试")
	}
	p.TypeCode()
	p.CheckFiled()
}

// TestBadClicks clicks buttons that do not exist, belong to others or are outdated. The stored case must not change
// by a byte.
func TestBadClicks(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p, stranger, over := h.Hire(), h.Hire(), h.Hire()
	hr := h.Admin(0)

	over.ToPhotos()
	over.Press("cancel")
	closed := over.See(sim.StageWithdrawn)
	form := p.ToForm()
	value := form.Value("confirm")
	good := map[string]any{"identity_name": p.Person.Name, "identity_code": p.Person.Code, "mobile": p.Person.Mobile}
	overID := h.CaseOf(over.OpenID).ID
	before := h.CaseOf(p.OpenID)

	const (
		unknownCase = "01976f00-0000-7000-8000-00000000dead"

		bad      = "没看懂这次点击，请刷新后再试"
		notYours = "这是别人的卡片，你的请和我单聊"
		notHR    = "只有 HR 能做这一步"
		already  = "已经处理过了"
	)
	for name, c := range map[string]struct {
		who   string
		value any
		form  any
		toast string
	}{
		"a string for a value":     {p.OpenID, `{"v":1}`, nil, bad},
		"a list for a value":       {p.OpenID, []any{1}, nil, bad},
		"no value":                 {p.OpenID, nil, nil, bad},
		"another version":          {p.OpenID, harness.WithMember(value, "v", 2), good, bad},
		"an unknown act":           {p.OpenID, harness.WithMember(value, "act", "fly"), good, bad},
		"an act of later versions": {p.OpenID, harness.WithMember(value, "act", "submit_face"), good, bad},
		"HR looks too early": {hr.OpenID, harness.WithMember(value, "act", "peek"),
			map[string]any{"peek_reason": "other"}, already},
		"a stranger looks": {stranger.OpenID, harness.WithMember(value, "act", "peek"),
			map[string]any{"peek_reason": "other"}, notHR},
		"a stranger sees evidence":    {stranger.OpenID, harness.WithMember(value, "act", "evidence"), nil, notHR},
		"the applicant sees evidence": {p.OpenID, harness.WithMember(value, "act", "evidence"), nil, notHR},
		"no case":                     {p.OpenID, harness.WithMember(value, "case", nil), good, bad},
		"a case that is no id":        {p.OpenID, harness.WithMember(value, "case", "1 OR 1=1"), good, bad},
		"a case that is not there":    {p.OpenID, harness.WithMember(value, "case", unknownCase), good, bad},
		"a revision as text":          {p.OpenID, harness.WithMember(value, "rev", "1"), good, already},
		"a stale revision":            {p.OpenID, harness.WithMember(value, "rev", 1), good, already},
		"a revision to come":          {p.OpenID, harness.WithMember(value, "rev", 99), good, already},
		"a form of another shape":     {p.OpenID, value, "text", bad},
		"a field of another shape":    {p.OpenID, value, map[string]any{"identity_name": 1}, bad},
		"no form":                     {p.OpenID, value, nil, "还差一项：姓名"},
		"no number":                   {p.OpenID, value, harness.WithMember(good, "identity_code", nil), "还差一项：身份证号"},
		"no mobile":                   {p.OpenID, value, harness.WithMember(good, "mobile", nil), "还差一项：手机号"},
		"a retake of no side":         {p.OpenID, harness.WithMember(value, "act", "retake"), nil, bad},
		"an act of another state": {p.OpenID, harness.WithMember(value, "act", "submit_code"),
			map[string]any{"sms_code": "123456"}, already},
		"a stranger confirms":       {stranger.OpenID, value, good, notYours},
		"a stranger cancels":        {stranger.OpenID, harness.WithMember(value, "act", "cancel"), nil, notYours},
		"a stranger deletes":        {stranger.OpenID, harness.WithMember(value, "act", "withdraw"), nil, notYours},
		"HR confirms for somebody":  {hr.OpenID, value, good, notYours},
		"a stranger approves":       {stranger.OpenID, harness.WithMember(value, "act", "approve"), nil, notHR},
		"the applicant approves":    {p.OpenID, harness.WithMember(value, "act", "approve"), nil, notHR},
		"the applicant lists":       {p.OpenID, harness.WithMember(value, "act", "next"), nil, notHR},
		"HR approves too early":     {hr.OpenID, harness.WithMember(value, "act", "approve"), nil, already},
		"HR resolves nothing":       {hr.OpenID, harness.WithMember(value, "act", "resolve"), nil, already},
		"somebody who is not there": {"ou_nobody", value, good, notYours},
		"a case that is over": {over.OpenID, map[string]any{"v": 1, "act": "confirm", "case": overID, "rev": 1}, good,
			"这件已经结束了"},
		"over, and cancelled again": {over.OpenID, map[string]any{"v": 1, "act": "cancel", "case": overID, "rev": 2}, nil,
			"这件已经结束了"},
		"HR on what is over": {hr.OpenID, map[string]any{"v": 1, "act": "approve", "case": overID, "rev": 3}, nil,
			"这件已经结束了"},
		"another's id on one's own": {over.OpenID, value, good, notYours},
	} {
		t.Run(name, func(t *testing.T) {
			m := form.Msg
			if c.who == over.OpenID {
				m = closed.Msg
			}
			a := h.Forge(c.who, m, c.value, c.form)
			if a.Status != http.StatusOK || a.Toast != c.toast {
				t.Errorf("%s: %d %q, want %q", name, a.Status, a.Toast, c.toast)
			}
			if c.who != p.OpenID && a.Card.Has("confirm") {
				t.Errorf("%s: got the form in the answer to another person, want none", name)
			}
		})
	}
	after := h.CaseOf(p.OpenID)
	if after.Version != before.Version || after.State != flows.AwaitingConfirmation ||
		after.Personal.Name != before.Personal.Name || after.Personal.Mobile != before.Personal.Mobile {
		t.Errorf("got a change from version %d to %d, want none", before.Version, after.Version)
	}
	if a := h.Forge(p.OpenID, form.Msg, harness.WithMember(value, "rev", 1), good); !a.Card.Has("confirm") {
		t.Error("got no present card in the answer to a late click, want one")
	}
	p.Press("confirm")
	p.See(sim.StageCode, "验证码已在")
}
