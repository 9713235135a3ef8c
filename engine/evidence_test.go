package engine

import (
	"errors"
	"strings"
	"testing"

	"shiming/flows"
)

// TestLookReason: a look in full takes a reason that outlives the data, and so must not repeat it.
func TestLookReason(t *testing.T) {
	c := flows.SampleCase(flows.Done)
	for reason, want := range map[string]error{
		"劳动仲裁":                               nil,
		"  audit \n 2026 ":                   nil,
		"":                                   ErrNoLookReason,
		" x ":                                ErrNoLookReason,
		strings.Repeat("长", maxLookReason):   nil,
		strings.Repeat("长", maxLookReason+1): ErrNoLookReason,
		flows.SampleName + " 仲裁":             ErrPersonalLookReason,
		"no. " + flows.SampleNumber:          ErrPersonalLookReason,
		"tel" + flows.SampleMobile:           ErrPersonalLookReason,
	} {
		got, err := lookReason(c, reason)
		if !errors.Is(err, want) {
			t.Errorf("%d bytes: got %v, want %v", len(reason), err, want)
		}
		if err == nil && (got == "" || strings.TrimSpace(got) != got || strings.Contains(got, "\n")) {
			t.Errorf("got %q, want a tidy line", got)
		}
	}
}
