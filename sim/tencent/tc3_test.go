package tencent

import (
	"net/http/httptest"
	"testing"
)

// TestSignVector uses the vendor's published example (https://cloud.tencent.com/document/product/213/30654).
func TestSignVector(t *testing.T) {
	body := `{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`
	r := httptest.NewRequest("POST", "https://cvm.tencentcloudapi.com/", nil)
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	const secret = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"
	signed := []string{"content-type", "host"}
	got := sign(secret, r, []byte(body), signed, 1551113065, "2019-02-25", "cvm")
	if want := "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"; got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

func TestResultsAreAnswerable(t *testing.T) {
	s := New(Config{})
	for code, text := range results {
		if err := s.ReturnNext("x", code); err != nil || text == "" {
			t.Errorf("%s: %v", code, err)
		}
	}
	for _, code := range []string{"", "-1", "-5", "1", "0 "} {
		if s.ReturnNext("x", code) == nil {
			t.Errorf("%q was accepted", code)
		}
	}
}

func TestValidNumberAndName(t *testing.T) {
	for number, want := range map[string]bool{
		"130401199601018395": true,
		"130401199601018394": false,
		"13040119960101839X": false,
		"13040119960101839":  false,
		"":                   false,
		"11010119900307002X": true,
		"110101199003070020": false,
		"110101199003070003": true,
	} {
		t.Run(number, func(t *testing.T) {
			if validNumber(number) != want {
				t.Errorf("%s: want %v", number, want)
			}
		})
	}
	for name, want := range map[string]bool{
		"张三":        true,
		"阿依古丽·买买提":  true,
		"张":         false,
		"Zhang San": false,
		"":          false,
		"张 三":       false,
	} {
		t.Run(name, func(t *testing.T) {
			if validName(name) != want {
				t.Errorf("%q: want %v", name, want)
			}
		})
	}
}
