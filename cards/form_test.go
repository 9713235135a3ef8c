package cards

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestDecodeForm(t *testing.T) {
	f, err := DecodeForm(map[string]any{
		"identity_name": "张三丰", "identity_code": "130401199601018395", "mobile": "", "sms_code": "123456",
		"bank_card":    "6222",
		"opening_bank": "中国银行", "reason": "blurred", "note": "请重拍\n谢谢", "side": "front", "evi_point_id": nil, "submit": 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		got  *string
		want string
	}{
		"identity_name": {f.IdentityName, "张三丰"},
		"identity_code": {f.IdentityCode, "130401199601018395"},
		"mobile":        {f.Mobile, ""},
		"sms_code":      {f.SMSCode, "123456"},
		"bank_card":     {f.BankCard, "6222"},
		"opening_bank":  {f.OpeningBank, "中国银行"},
		"reason":        {f.Reason, "blurred"},
		"note":          {f.Note, "请重拍\n谢谢"},
		"side":          {f.Side, "front"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.got == nil || *c.got != c.want {
				t.Errorf("%s: got another value, want it as typed", name)
			}
		})
	}
	if f.EviPointID != nil {
		t.Error("null: got a value, want nil")
	}
	if empty, err := DecodeForm(nil); err != nil || empty != (Form{}) {
		t.Errorf("no form: got %v, %v, want an empty form", empty, err)
	}
}

func TestDecodeFormRefuses(t *testing.T) {
	for name, value := range map[string]any{
		"number": 7.0, "bool": true, "list": []any{"x"}, "object": map[string]any{}, "too long": strings.Repeat("长", 2001),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := DecodeForm(map[string]any{"note": value})
			var bad *ActionError
			if !errors.As(err, &bad) || bad.Field != "form.note" || strings.Contains(err.Error(), "长") {
				t.Errorf("%s: got %v, want an *ActionError", name, err)
			}
		})
	}
	if _, err := DecodeForm(map[string]any{"note": strings.Repeat("长", 2000)}); err != nil {
		t.Errorf("2,000 characters: got %v, want them accepted", err)
	}
}

// TestFormAndConfirmMaskThemselves prints, logs and marshals both types in every way.
func TestFormAndConfirmMaskThemselves(t *testing.T) {
	secret := "130401199601018395"
	form, err := DecodeForm(map[string]any{"identity_code": secret, "identity_name": secret, "mobile": secret,
		"sms_code": secret, "bank_card": secret})
	if err != nil {
		t.Fatal(err)
	}
	confirm := Confirm{
		Ref:    ref,
		Name:   secret,
		Number: secret,
		Mobile: secret,
	}
	for _, x := range []any{form, &form, struct{ F Form }{form}, confirm, &confirm, []Confirm{confirm}} {
		prints := []string{fmt.Sprint(x)}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			prints = append(prints, fmt.Sprintf(verb, x))
		}
		raw, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		prints = append(prints, string(raw))
		var log strings.Builder
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "x", x)
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "x", x)
		prints = append(prints, log.String())
		for _, p := range prints {
			if strings.Contains(p, secret) || strings.Contains(p, fmt.Sprintf("%x", secret)) {
				t.Errorf("%T: got %s, want no value in it", x, p)
			}
		}
	}
	if got, want := form.String(), "form{identity_name identity_code mobile sms_code bank_card}"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func FuzzDecodeForm(f *testing.F) {
	f.Add([]byte(`{"identity_name":"张三","mobile":"13812345678","note":null}`))
	f.Add([]byte(`{"note":{"a":1},"side":["front"]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var value map[string]any
		if json.Unmarshal(raw, &value) != nil {
			return
		}
		form, err := DecodeForm(value)
		var bad *ActionError
		if err != nil && (!errors.As(err, &bad) || form != (Form{})) {
			t.Fatalf("got %T %v with %v, want an *ActionError alone", err, err, form)
		}
		if err == nil && value["note"] != nil && (form.Note == nil || *form.Note != value["note"]) {
			t.Fatal("got another note, want it as typed")
		}
	})
}
