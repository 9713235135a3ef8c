package flows

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/idcard"
)

// sentBackAndBack sends a case back, changes it, and submits it again.
func sentBackAndBack(t *testing.T, redo string, change func(*Case)) *Case {
	t.Helper()
	c := SampleCase(AwaitingReview)
	reason, note := "blurred", "换个角度"
	form := cards.Form{Reason: &reason, Side: &redo, Note: &note}
	d := decide(t, c, Event{Kind: SentBack, Role: HR, Actor: "ou_hr1", Form: form})
	out := d.Case
	if out.Asked == nil || out.Asked.Reason != reason || out.Asked.Redo != redo {
		t.Fatalf("got %+v, want what HR asked for", out.Asked)
	}
	change(out)
	out.State = AwaitingReview
	return out
}

func TestAsked(t *testing.T) {
	other := SampleNumber[:16] + "88"
	for _, tt := range []struct {
		name, redo string
		change     func(*Case)
		photos     []string
		changes    []cards.Change
	}{
		{"nothing", "details", func(*Case) {}, nil, nil},
		{"name and number", "details", func(c *Case) { c.Personal.Name, c.Personal.Number = "样乙明", other }, nil,
			[]cards.Change{
				{Field: "identity_name", Before: "*甲*", After: "*乙*"},
				{Field: "identity_code", Before: "****************96", After: "****************88"},
			}},
		{"mobile", "details", func(c *Case) { c.Personal.Mobile = "13900000001" }, nil,
			[]cards.Change{{Field: "mobile", Different: true}}},
		{"a new photo", "back", func(c *Case) {
			later := SampleTime.Add(2 * time.Hour)
			c.Photos = append(c.Photos, Photo{ID: "new", State: PhotoRead, Side: idcard.Back, At: later})
			c.Personal.Name, c.Personal.Number = SampleName, SampleNumber
		}, []string{"back"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := sentBackAndBack(t, tt.redo, tt.change)
			card, ok := HRCard(c, sampleView()).(cards.Review)
			if !ok || card.Asked == nil {
				t.Fatalf("got %T %+v, want what HR asked for the last time", card, card.Asked)
			}
			a := card.Asked
			if a.By != "ou_hr1" || a.Reason != "blurred" || a.Redo != tt.redo || a.Note != "换个角度" {
				t.Errorf("got %+v, want HR's words", a)
			}
			if !reflect.DeepEqual(a.Photos, tt.photos) || !reflect.DeepEqual(a.Changes, tt.changes) {
				t.Errorf("got the photos %v and %+v, want %v and %+v", a.Photos, a.Changes, tt.photos, tt.changes)
			}
		})
	}
}

// TestAskedCompletesNoName: two comparisons of one name never show all of it together.
func TestAskedCompletesNoName(t *testing.T) {
	c := sentBackAndBack(t, "details", func(c *Case) { // 样甲明 was read; 例乙明 follows 例甲鸣
		c.Personal.AskedName, c.Personal.Name = "例甲鸣", "例乙明"
		c.Changed = []string{"identity_name"}
	})
	card := HRCard(c, sampleView()).(cards.Review)
	if len(card.Changes) != 1 || len(card.Asked.Changes) != 1 {
		t.Fatalf("got %+v and %+v, want a change each", card.Changes, card.Asked.Changes)
	}
	shown := shownOf(append(card.Changes, card.Asked.Changes...), "identity_name")
	if legible(append(card.Changes, card.Asked.Changes...), "identity_name") > 2 {
		t.Errorf("got %v of the name shown by %+v and %+v, want no whole name", shown, card.Changes, card.Asked.Changes)
	}
	if got := card.Asked.Changes[0]; got.Before != "***" || got.After != "***" {
		t.Errorf("got %+v, want it masked, since the other change shows the rest", got)
	}
}

func TestOthersOnHRsCard(t *testing.T) {
	c, s := SampleCase(AwaitingReview), sampleView()
	ended := func(state State, outcome string) *Case {
		o := SampleCase(state)
		o.Outcome = outcome
		return o
	}
	s.Earlier = []*Case{ended(Done, ""), ended(Expired, "hr_delay"), ended(Withdrawn, ""), ended(Rejected, "rejected")}
	s.SameNumber = []string{"ou_other"}
	card := HRCard(c, s).(cards.Review)
	var what []string
	for _, e := range card.Earlier {
		what = append(what, e.What)
		if !cards.HasText("did." + e.What) {
			t.Errorf("no text for the outcome %s, want one", e.What)
		}
	}
	if got := strings.Join(what, " "); got != "finished hr_delay withdrawn rejected" {
		t.Errorf("got the earlier cases %q, want each with its outcome", got)
	}
	if raw := string(card.JSON()); !strings.Contains(raw, `"ou_other"`) {
		t.Error("got nobody else with the number on the card, want the person")
	}
}
