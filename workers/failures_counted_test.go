package workers_test

import (
	"testing"

	"shiming/failure"
	"shiming/flows"
)

// TestFailedCallsAreCounted: every failed call is counted by its operation and its class.
func TestFailedCallsAreCounted(t *testing.T) {
	t.Parallel()
	w, p := newHarnessOnPlatforms(t)
	seen := &observer{effects: map[string]int{}, moves: map[flows.State]int{}}
	w.Observe = seen
	for call, operation := range map[string]string{
		"ocr": "document_ai.id_card.recognize", "download": "im.message_resource.get", "contact": "contact.user.get",
		"sms":   "SendSms",
		"check": "PhoneVerification", "card": "BankCard4EVerification", "open_face": "DetectAuth",
		"face": "GetDetectInfoEnhanced", "identity": "human_authentication.identity.create", "upload_url": "UploadURL",
		"put": "Put", "evidence": "CreatePersonPoint",
	} {
		t.Run(call, func(t *testing.T) {
			_, j := caseForCall(w, call, "ou_"+call)
			p.fail(call, answer{status: 502})
			_ = w.Run(t.Context(), j) // whether it comes again is tested elsewhere
			p.clear()
			class := failure.Retry
			if call == "sms" || call == "face" || call == "identity" || call == "evidence" {
				class = failure.Unknown
			}
			if n := seen.effects[operation+" "+string(class)]; n != 1 {
				t.Errorf("%s: %d of %s %s are counted: %v, want 1", call, n, operation, class, seen.effects)
			}
		})
	}
}
