package esign_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"shiming/sim/esign"
)

func TestEvidenceValidation(t *testing.T) {
	const old, recent = esign.Revision2024, esign.Revision202510
	type change struct {
		name     string
		revision string
		field    string // "object.field" for a sub-object
		value    any    // nil removes
		ok       bool
	}
	changes := []change{
		{"64 characters", old, "eviName", strings.Repeat("样", 64), true},
		{"65 characters", old, "eviName", strings.Repeat("样", 65), false},
		{"blank", old, "eviName", " ", false},
		{"36 characters", old, "customBizId", strings.Repeat("样", 36), true},
		{"37 characters", old, "customBizId", strings.Repeat("1", 37), false},
		{"no business id", old, "customBizId", nil, true},
		{"number", old, "customBizId", 1, false},
		{"unknown method", old, "realNameMethod", "SMS", false},
		{"method of another object", old, "realNameMethod", "FACE", false},
		{"time as text of digits", old, "timeStamp", "1742809059000", true},
		{"seconds", old, "timeStamp", 1742809059, false},
		{"exponent", old, "timeStamp", json.RawMessage("1.742809059e12"), false},
		{"text in the old revision", old, "timeStamp", "2026-11-21 18:00:00", false},
		{"agreement in the old revision", old, "certAgreementReadType", "CHECK", false},
		{"milliseconds in the new revision", recent, "timeStamp", start.UnixMilli(), false},
		{"digits in the new revision", recent, "timeStamp", "1742809059000", false},
		{"ISO time", recent, "timeStamp", "2026-11-21T18:00:00", false},
		{"30 February", recent, "timeStamp", "2026-02-30 18:00:00", false},
		{"wrong check digit", old, "cardNo", "899000199001010018", false},
		{"passport number", old, "cardType", "CRED_PSN_PASSPORT", true},
		{"name of the account API", old, "cardType", "MAINLAND", false},
		{"unknown file", old, "cardPortrait", strings.Repeat("0", 32), false},
		{"no remark", old, "mark", nil, true},
		{"null remark", old, "mark", json.RawMessage("null"), true},
		{"unknown field", old, "cardPortraitt", "x", false},
		{"object is text", old, "threeElements", "x", false},
		{"second object", old, "face", map[string]any{}, false},
		{"second object null", old, "face", json.RawMessage("null"), true},
		{"no object", old, "threeElements", nil, false},
		{"unknown field in the object", old, "threeElements.verifyTimes", "x", false},
		{"day", old, "threeElements.verifyTime", "20240324", true},
		{"second", recent, "threeElements.verifyTime", "2026-11-21 17:59:00", true},
		{"dashes", old, "threeElements.verifyTime", "2024-03-24", false},
		{"mobile with prefix", old, "threeElements.mobile", "+8616000000001", false},
		{"masked code", old, "threeElements.smsCode", "******", false},
		{"number as code", old, "threeElements.smsCode", 123456, false},
		{"Base64 hash", recent, "certAgreementReadHash", base64.StdEncoding.EncodeToString(make([]byte, 32)), true},
		{"MD5 hash", recent, "certAgreementReadHash", strings.Repeat("0a", 16), false},
		{"agreement clicked", recent, "certAgreementReadType", "CLICK", true},
		{"agreement read aloud", recent, "certAgreementReadType", "READ", false},
		{"IPv6", recent, "certAgreementReadIP", "2001:db8::1", true},
		{"IP with port", recent, "certAgreementReadIP", "192.0.2.7:80", false},
		{"agreement day", recent, "certAgreementReadTime", "20261121", false},
	}
	required := []string{
		"eviName", "realNameMethod", "timeStamp", "name", "cardNo", "cardType", "cardPortrait", "cardNationalEmblem",
	}
	for _, f := range required {
		changes = append(changes, change{"missing", old, f, nil, false}, change{"empty", old, f, "", false},
			change{"null", old, f, json.RawMessage("null"), false}, change{"missing", recent, f, nil, false})
	}
	for _, f := range []string{"Title", "Version", "Hash", "Time", "Type", "IP"} {
		changes = append(changes, change{"missing", recent, "certAgreementRead" + f, nil, false},
			change{"empty", recent, "certAgreementRead" + f, "", false})
	}
	required = []string{
		"infoVerifySupplier", "verifyTime", "verifySerialNumber", "mobile", "smsCode", "smsSupplier",
	}
	for _, f := range required {
		changes = append(changes, change{"missing", old, "threeElements." + f, nil, false},
			change{"empty", recent, "threeElements." + f, "", false})
	}
	platforms := map[string]*platform{old: setup(t, old, 0), recent: setup(t, recent, 0)}
	for _, c := range changes {
		t.Run(c.revision+" "+c.field+" "+c.name, func(t *testing.T) {
			p := platforms[c.revision]
			in := request(p, c.revision, "THREEELEMENTS")
			target, field := in, c.field
			if object, sub, ok := strings.Cut(c.field, "."); ok {
				target, field = in[object].(map[string]any), sub
			}
			if target[field] = c.value; c.value == nil {
				delete(target, field)
			}
			before := len(p.sim.Points())
			r := p.evidence(in)
			filed := len(p.sim.Points()) - before
			if want := map[bool]int{true: 0, false: 1435002}[c.ok]; r.Status != 200 || r.Code != want || (filed == 1) != c.ok {
				t.Errorf("got %d %s, %d filed, want 200", r.Status, r.body, filed)
			}
			if !c.ok && !strings.Contains(r.Message, field) && c.name != "unknown field" && c.field != "realNameMethod" {
				t.Errorf("message %q does not name the field", r.Message)
			}
		})
	}
}
