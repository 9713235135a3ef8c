package flows

import (
	"fmt"
	"testing"
)

// TestEveryOrderOfResultsReachesDone returns the results of identity and both uploads in every order, each done or
// stopped in every way. The case must never be in the bot's turn without a job, and HR's decisions must lead to Done.
// The uploads precede the identity; the other orders are those of cases that an older version has left.
func TestEveryOrderOfResultsReachesDone(t *testing.T) {
	endings := []string{"ok", "shared", "clear", "unknown"}
	orders := [][]string{{"identity", "front", "back"}, {"identity", "back", "front"}, {"front", "identity", "back"},
		{"back", "front", "identity"}, {"front", "back", "identity"}, {"back", "identity", "front"}}
	ran := 0
	for _, order := range orders {
		for n := range len(endings) * len(endings) * len(endings) {
			how := map[string]string{"identity": endings[n%4], "front": endings[n/4%4], "back": endings[n/16]}
			if how["front"] == "unknown" || how["back"] == "unknown" {
				continue // uploads have no unknown outcome
			}
			ran++
			name := fmt.Sprint(order, how)
			c := recordingCase()
			probing := map[string]bool{} // effects that try again by themselves
			for _, effect := range order {
				if effect == "identity" {
					c = begunIdentity(t, c)
				}
				d := decide(t, c, effectResult(effect, how[effect]))
				if d.Case == nil {
					t.Fatalf("%s: %s: got a refusal (%s), want a change", name, effect, d.Rule)
				}
				c = d.Case
				noteQueued(d.Jobs, probing)
				probing[effect] = how[effect] == "shared"
			}
			for round := 0; c.State != Done; round++ {
				if round > 10 {
					t.Fatalf("%s: got state %s after ten rounds, want done", name, c.State)
				}
				c = nextStep(t, name, c, probing)
			}
		}
	}
	if ran != len(orders)*4*3*3 {
		t.Fatalf("%d orders were tried, want %v", ran, len(orders)*4*3*3)
	}
}

// begunIdentity stores the intent of the identity, or stands for an older version that stored it before the uploads.
func begunIdentity(t *testing.T, c *Case) *Case {
	t.Helper()
	if c.Uploads["front"] != "" && c.Uploads["back"] != "" {
		return decide(t, c, Event{Kind: IdentityStarted, Job: "j"}).Case
	}
	decide(t, c, Event{Kind: IdentityStarted, Job: "j"}).wantRefused("photos are missing", "")
	c.Identity = &Write{State: WriteStarted, Attempt: 1, Job: "j"}
	return c
}

// effectResult returns the event of an effect that succeeds (ok) or stops for a shared, clear or unknown cause.
func effectResult(effect, how string) Event {
	step := effect
	if effect != "identity" {
		step = "upload"
	}
	switch how {
	case "ok":
		if effect == "identity" {
			return Event{Kind: IdentityRecorded, ID: "u"}
		}
		return Event{Kind: PhotoUploaded, Side: effect, ID: "f-" + effect}
	case "shared":
		return Event{Kind: StepStopped, Stop: stopped(Step(step), "quota", step+"/quota")}
	case "clear":
		return Event{Kind: StepStopped, Stop: stopped(Step(step), "refused", "")}
	}
	return Event{Kind: StepStopped, Stop: stopped(Step(step), "unknown_outcome", "")}
}

// nextStep lets a retried effect succeed. If there is none, HR clicks the button of the card.
func nextStep(t *testing.T, name string, c *Case, probing map[string]bool) *Case {
	t.Helper()
	for _, effect := range []string{"identity", "front", "back"} {
		if !probing[effect] {
			continue
		}
		probing[effect] = false
		if effect == "identity" {
			if c.IdentityDone() {
				continue
			}
			started := decide(t, c, Event{Kind: IdentityStarted, Job: "probe"})
			if started.Case == nil {
				continue
			}
			c = started.Case
		} else if c.Uploads[effect] != "" {
			continue
		}
		d := decide(t, c, effectResult(effect, "ok"))
		noteQueued(d.Jobs, probing)
		return d.Case
	}
	var d outcome
	switch {
	case c.State == NeedsAttention && c.Attention.Code == "unknown_outcome":
		d = decide(t, c, Event{Kind: Resolved})
	case c.State == NeedsAttention:
		d = decide(t, c, Event{Kind: Retry})
	case c.State == Filing && c.Uploads["front"] != "" && c.Uploads["back"] != "":
		started := decide(t, c, Event{Kind: EvidenceStarted, Job: "j"})
		return decide(t, started.Case, Event{Kind: EvidenceFiled, ID: "P1"}).Case
	default:
		t.Fatalf("%s: got state %s without a job, want one: identity %+v, uploads %v", name, c.State, c.Identity, c.Uploads)
	}
	if d.Case == nil {
		t.Fatalf("%s: got a refusal of HR's decision (%s), want a change", name, d.Rule)
	}
	noteQueued(d.Jobs, probing)
	return d.Case
}

// noteQueued notes which effects have a job.
func noteQueued(jobs []Job, probing map[string]bool) {
	for _, j := range jobs {
		switch j.Kind {
		case JobIdentity:
			probing["identity"] = true
		case JobUpload:
			probing[j.ref] = true
		}
	}
}
