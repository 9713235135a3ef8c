package flows

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"shiming/cards"
	"shiming/idcard"
)

// TestAnySequenceOfEvents runs arbitrary events in arbitrary order and checks the invariants after each.
func TestAnySequenceOfEvents(t *testing.T) {
	front, back := SampleReadings()
	pages := []*idcard.DocumentReading{
		documentRead(t, idcard.Passport, SampleName, "E12345678", ""),
		documentRead(t, idcard.HKMTravelPermit, "", "H1", "2020-01-01"),
		nil,
	}
	kinds := make([]Kind, 0, 40)
	seen := map[Kind]bool{}
	for _, r := range Table {
		if !seen[r.On] {
			seen[r.On] = true
			kinds = append(kinds, r.On)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		p := SamplePolicy()
		if rapid.Bool().Draw(rt, "undo") {
			p.Undo = undoTime
		}
		p.ReviewAlways = rapid.Bool().Draw(rt, "review always")
		switch rapid.IntRange(0, 6).Draw(rt, "method") {
		case 0:
			p.Method = MethodNone
		case 1, 2:
			p.Method = BankCardFour
		case 3:
			p.Ladder = []Method{ThreeElements, BankCardFour}
		case 4:
			p.Method, p.FaceLiveScore = Face, FaceLiveStatus
		}
		c := Open(p, "01976f00-0000-7000-8000-000000000001", "", "ou_applicant", "oc", SampleTime).Case
		at := SampleTime
		photos := 0
		if rapid.IntRange(0, 3).Draw(rt, "no ID card") == 0 {
			c, photos = readPage(t, idcard.Passport, ""), 100
			at = c.EnteredAt.Add(time.Minute)
		}
		if rapid.IntRange(0, 3).Draw(rt, "at the bank card") == 0 {
			p.Method, p.Ladder = BankCardFour, nil
			c, photos = SampleCase(AwaitingBankCard), 100
			at = c.EnteredAt.Add(time.Minute)
		}
		for step := range rapid.IntRange(1, 80).Draw(rt, "steps") {
			at = at.Add(time.Duration(rapid.IntRange(0, 300).Draw(rt, "seconds")) * time.Second)
			k := rapid.SampledFrom(kinds).Draw(rt, "kind")
			// Half of the events have a row in the present state, so that the walk reaches the late states.
			if rapid.Bool().Draw(rt, "possible") {
				var possible []Kind
				for _, r := range Table {
					if r.From == c.State && r.On != Cancelled && r.On != Erase && r.On != ExpiryDue && r.On != ConsentDenied {
						possible = append(possible, r.On)
					}
				}
				if len(possible) > 0 {
					k = rapid.SampledFrom(possible).Draw(rt, "kind here")
				}
			}
			e := drawEvent(rt, k)
			e.At, e.Check.At, e.Seq, e.Job = at, at, int64(c.CodeSeq), "job"+fmt.Sprint(step)
			if c.State == AwaitingFace || c.State == NeedsAttention && c.Attention.Return == AwaitingFace {
				e.Seq = int64(c.faceFlows())
				if e.Check.Outcome == CheckMatch {
					e.FacePicture = &FacePicture{ID: fmt.Sprint("face", step), SHA256: "c"}
				}
			}
			if k == BankKnown {
				e.Seq = int64(c.lookUps())
			}
			if k == CodePrepared {
				e.MAC = []byte("right")
			}
			if t := findRow(c.State, k); t != nil {
				e.Role = t.By
			}
			if e.Role == Applicant {
				e.Actor = c.OpenID
			}
			if k == PhotoReceived {
				photos++
				e.PhotoID = fmt.Sprint("p", photos)
			} else if len(c.Photos) > 0 {
				e.PhotoID = c.Photos[rapid.IntRange(0, len(c.Photos)-1).Draw(rt, "photo")].ID
			}
			switch rapid.IntRange(0, 3).Draw(rt, "shown") {
			case 0:
				e.Readings = []idcard.Reading{front, back}
			case 1, 2:
				e.Readings = []idcard.Reading{front}
			default:
				e.Readings = []idcard.Reading{back}
			}
			e.DocumentRead = pages[rapid.IntRange(0, len(pages)-1).Draw(rt, "page")]

			ch := Decide(p, c, e)
			if ch.Case == nil {
				if len(ch.Jobs) > 0 || len(ch.DropPictures) > 0 {
					rt.Fatalf("%s × %s: refused with effects, want none", c.State, k)
				}
				continue
			}
			next := ch.Case
			check(rt, p, c, next, e, ch)
			s := ViewContext{Now: at, Policy: p}
			if raw := ApplicantCard(next, s).JSON(); len(raw) == 0 || len(raw) > 30<<10 {
				rt.Fatalf("%s: got an applicant's card of %d bytes, want 1 to 30 KB", next.State, len(raw))
			}
			if raw := HRCard(next, s).JSON(); len(raw) == 0 || len(raw) > 30<<10 {
				rt.Fatalf("%s: got HR's card of %d bytes, want 1 to 30 KB", next.State, len(raw))
			}
			c = next
		}
	})
}

// drawEvent draws an event of the kind with arbitrary content. Its role is not set.
func drawEvent(rt *rapid.T, k Kind) Event {
	sample := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(rt, name) }
	// typed draws one of the values, or nil for a field that the form does not contain.
	typed := func(name string, of ...string) *string {
		s := sample(name, append(of, "\x00")...)
		if s == "\x00" {
			return nil
		}
		return &s
	}
	return Event{
		Kind:      k,
		Actor:     "ou_hr1",
		MessageID: "om",
		Problem:   "nothing",
		Step:      Step(sample("step", "identity", "evidence", "photos")),
		Side:      sample("side", "front", "back", "neither"),
		Document:  idcard.Document(sample("kind of document", "passport", "hkm_travel_permit", "other_document")),
		ID:        "id",
		Field:     "mobile",
		MAC:       []byte(sample("mac", "right", "wrong")),
		Code:      "123456",
		Face:      &FaceOpening{Token: "token-1", URL: "https://face.example.com/"},
		Method:    Method(sample("rung", string(ThreeElements), string(BankCardFour))),
		Bank: &BankFound{
			Name:    sample("bank", "样本银行", "样本银行", ""),
			Kind:    CardKind(sample("kind of card", string(CardDebit), string(CardDebit), "credit", "")),
			Problem: sample("problem of the bank", "", "", "card_invalid", "unasked"),
		},
		Check: &Check{
			Outcome:  CheckOutcome(sample("outcome", "match", "match", "mismatch", "no_record")),
			Supplier: "s",
			Serial:   "n",
		},
		Stop: &Attention{
			Step: Step(sample("stopped", "photos", "code", "check", "identity", "upload", "evidence")),
			Code: StopCode(sample("code", "unknown_outcome", "permission")),
		},
		Form: cards.Form{
			IdentityName: typed("name", SampleName, SampleName, "", "<at id=all>"),
			IdentityCode: typed("number", SampleNumber, SampleNumber, "1", "830000199201300022"),
			Mobile:       typed("mobile", SampleMobile, SampleMobile, "2"),
			Reason:       typed("reason", "blurred", ""),
			Side:         typed("part", "both", "front", "details"),
			EviPointID:   typed("point", "P123", "x"),
			BankCard:     typed("card", SampleBankCard, SampleBankCard, "6200000000000050006", "1", ""),
			OpeningBank:  typed("typed bank", "样本银行", "1", ""),

			Document:       typed("document", "passport", "passport", "resident_id"),
			DocumentNumber: typed("document number", "E12345678", "E12345678", "1"),
		},
	}
}

// check verifies the invariants after one event.
func check(rt *rapid.T, p *Policy, c, next *Case, e Event, ch Change) {
	if c.State.Terminal() && next.State != c.State {
		rt.Fatalf("terminal %s: left by %s, want to stay", c.State, e.Kind)
	}
	if next.Rev < c.Rev || next.State != c.State && next.Rev == c.Rev {
		rt.Fatalf("%s → %s: got revision %d → %d, want a higher one after a new state", c.State, next.State, c.Rev, next.Rev)
	}
	if (next.State == NeedsAttention) != (next.Attention != nil) && !next.State.Terminal() {
		rt.Fatalf("%s: got attention %v, want it in needs_attention only", next.State, next.Attention)
	}
	if c.Consent == nil && next.Consent == nil {
		for _, j := range ch.Jobs {
			switch j.Kind {
			case JobFetchPhoto, JobReadPhotos, JobContact:
				rt.Fatalf("got job %s before consent, want none", j.Kind)
			}
		}
	}
	for _, id := range ch.DropPictures {
		if p := next.PhotoByID(id); p != nil && next.Erased.IsZero() && next.PhotosGoneAt.IsZero() && e.Kind != ErasedBefore &&
			(p.State == PhotoRead || p.State == PhotoStored) {
			rt.Fatalf("%s × %s: the bytes of a photo in state %s were dropped, want them kept", c.State, e.Kind, p.State)
		}
	}
	if next.Method != BankCardFour && (next.Personal.BankCard != "" || next.Personal.OpeningBank != "") {
		rt.Fatalf("%s × %s → %s: the bank card is kept under the method %s", c.State, e.Kind, next.State, next.Method)
	}
	if next.Method == BankCardFour {
		card := next.Personal.BankCard != "" && next.Personal.OpeningBank != ""
		switch {
		case (next.State == AwaitingCode || next.State == Checking) && !card:
			rt.Fatalf("%s × %s → %s: no card or bank to check", c.State, e.Kind, next.State)
		case next.State == Done && next.Personal.BankCard != "":
			rt.Fatalf("%s × %s: the bank card is kept after the filing", c.State, e.Kind)
		}
	}
	switch next.State {
	case AwaitingCode, Checking, Recording, Filing, Done:
		if next.Personal.Document != "" {
			rt.Fatalf("%s × %s → %s: got a document that no platform takes, want it at HR", c.State, e.Kind, next.State)
		}
	}
	switch next.State {
	case AwaitingConfirmation, AwaitingCode, Checking, AwaitingReview, Recording, Filing:
		if next.Personal.Document != "" {
			break // it needs no photos
		}
		if next.PhotoOf(idcard.Front) == nil || next.PhotoOf(idcard.Back) == nil || next.Personal.Front == nil ||
			next.Personal.Back == nil {
			rt.Fatalf("%s × %s → %s: a side is missing, want both", c.State, e.Kind, next.State)
		}
	}
	if read := next.Personal.DocumentRead; read != nil && next.PhotosGoneAt.IsZero() {
		if read.Kind != next.Personal.Document || next.PhotoOf(idcard.DocumentPage) == nil || next.Personal.Front != nil {
			rt.Fatalf("%s × %s → %s: got the reading of a %s without its photo or beside another document, want both of one",
				c.State, e.Kind, next.State, read.Kind)
		}
	}
	switch next.State {
	case Recording, Filing, Done:
		if p.Method != MethodNone && next.Check == nil {
			rt.Fatalf("%s × %s → %s: got no check, want one", c.State, e.Kind, next.State)
		}
		if next.Review == nil || next.Review.What != "approved" {
			rt.Fatalf("%s × %s → %s: got no approval, want one", c.State, e.Kind, next.State)
		}
		if p.ReviewAlways && next.Review.By == "" {
			rt.Fatalf("%s: got an approval by the policy, want one by HR", next.State)
		}
	}
	if next.State == Done && c.State != Done {
		if !next.IdentityDone() {
			rt.Fatal("done: got no identity, want one")
		}
		if p.Method != MethodNone && (next.Evidence == nil || next.Evidence.State != WriteDone) {
			rt.Fatal("done: got no evidence point, want one")
		}
	}
	for _, w := range []struct{ before, after *Write }{{c.Identity, next.Identity}, {c.Evidence, next.Evidence}} {
		if w.before == nil || w.after == nil || w.after.Attempt == w.before.Attempt {
			continue
		}
		if w.before.State == WriteDone || w.before.State == WriteStarted || w.before.State == WriteUnknown {
			rt.Fatalf("write in state %s: begun again by %s, want no new attempt", w.before.State, e.Kind)
		}
	}
	if w := next.Identity; w != nil && w.State == WriteStarted && (c.Identity == nil || c.Identity.State != WriteStarted) &&
		next.Method != MethodNone && (next.Uploads["front"] == "" || next.Uploads["back"] == "") {
		rt.Fatalf("%s × %s: the identity begins with the uploads %v, want both first", c.State, e.Kind, next.Uploads)
	}
	// After a restored backup HR is asked only when the write is due, so the case may go on with an unknown write.
	_, missed := next.Identity.FromBackup()
	if w := next.Identity; !missed && w != nil && w.State == WriteUnknown && next.State != NeedsAttention &&
		next.State != Expired && next.State != Rejected {
		rt.Fatalf("%s × %s → %s: got an unknown identity, want the case in needs_attention", c.State, e.Kind, next.State)
	}
	if (next.State.Turn() == Applicant || next.State.Turn() == HR) && next.State != c.State {
		timers := 0
		for _, j := range ch.Jobs {
			if (j.Kind == JobRemind || j.Kind == JobExpire) && j.rev == next.Rev {
				timers++
			}
		}
		if timers != 2 {
			rt.Fatalf("%s → %s set %d timers, want 2", c.State, next.State, timers)
		}
	}
}
