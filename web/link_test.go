package web

import (
	"strings"
	"testing"
	"time"

	"shiming/flows"
)

// TestLinksOutliveARotation: a link that was given out before a rotation of the keys opens after it, and not any more
// once the former keys are destroyed. New links are made with the new keys.
func TestLinksOutliveARotation(t *testing.T) {
	l := flows.AgreementLink{CaseID: "0190c3f0-0000-7000-8000-000000000001", Rev: 7}
	until := time.Date(2026, 12, 9, 0, 0, 0, 0, time.UTC)
	token := func(mac MAC) string { return strings.TrimPrefix(Links("", mac)(l, until), Prefix) }
	for name, c := range map[string]struct {
		made, opened MAC
		want         bool
	}{
		"same keys":                  {testMAC, testMAC, true},
		"after a rotation":           {testMAC, rotatedMAC, true},
		"made and opened afterwards": {rotatedMAC, retiredMAC, true},
		"after the former keys went": {testMAC, retiredMAC, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := openToken(c.opened, token(c.made))
			if ok != c.want || ok && (got.AgreementLink != l || !got.until.Equal(until)) {
				t.Errorf("%+v %v, want %v", got, ok, c.want)
			}
		})
	}
}
