package store

import (
	"errors"
	"slices"
	"testing"

	"shiming/flows"
)

// TestAgreements: every version of a text stays, and a version has one text for ever.
func TestAgreements(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		first := flows.AgreementFile{Title: "数字证书服务协议", Version: "20250801", SHA256: "aa"}
		keep := func(f flows.AgreementFile, text string, want error) {
			t.Helper()
			if err := ts.KeepAgreement(t.Context(), f, []byte(text)); !errors.Is(err, want) {
				t.Errorf("version %s: got %v, want %v", f.Version, err, want)
			}
		}
		keep(first, "一\r\n", nil)
		keep(first, "一\r\n", nil)
		changed := first
		changed.SHA256 = "bb"
		keep(changed, "二", ErrAgreementChanged)
		second := flows.AgreementFile{Title: first.Title, Version: "20260101", SHA256: "cc"}
		keep(second, "三", nil)
		same := flows.AgreementFile{Title: first.Title, Version: "20260201", SHA256: "cc"} // an old text comes back
		keep(same, "三", nil)
		for hash, want := range map[string]string{"aa": "一\r\n", "cc": "三"} {
			if got, err := ts.AgreementText(t.Context(), hash); err != nil || string(got) != want {
				t.Errorf("%s: got %q, %v, want %q", hash, got, err, want)
			}
		}
		if _, err := ts.AgreementText(t.Context(), "bb"); !flows.IsNotFound(err) {
			t.Errorf("got %v, want not found", err)
		}
		inspected, err := Inspect(t.Context(), ts.cfg.DSN, nil)
		if want := []flows.AgreementFile{first, second, same}; err != nil || !slices.Equal(inspected.Agreements, want) {
			t.Errorf("got %v, error %v, want %v", inspected.Agreements, err, want)
		}
	})
}
