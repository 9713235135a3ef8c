package workers

import (
	"slices"
	"testing"

	"shiming/failure"
	"shiming/flows"
)

// audiences lists every audience of a card. flows.AudienceHR is the review group.
var audiences = []string{
	flows.AudienceApplicant, flows.AudienceHR, audienceAdmin, flows.AudienceBoard, flows.AudienceDesk,
	flows.AudienceQueue, flows.AudienceCampaign, audienceReply,
}

// TestCardEndsAreComplete: each class has a row or ends as a refused card does, and each audience of a row exists.
func TestCardEndsAreComplete(t *testing.T) {
	t.Parallel()
	for class, end := range cardEnds {
		if end.fault == "" || end.repeat && end.then != nil {
			t.Errorf("%s: got %+v, want whose fault it is, and either repetitions or what follows", class, end)
		}
		for audience := range end.then {
			if !slices.Contains(audiences, audience) {
				t.Errorf("%s: got the audience %q, want one of %v", class, audience, audiences)
			}
		}
	}
	for _, class := range []failure.Class{failure.Person, failure.Unknown, failure.FileLost, failure.Mismatch} {
		if got, want := endOf(class).fault, cardEnds[failure.Refused].fault; got != want {
			t.Errorf("%s: got %q, want %q", class, got, want)
		}
	}
}
