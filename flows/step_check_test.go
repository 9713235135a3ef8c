package flows

import (
	"fmt"
	"testing"
	"time"

	"shiming/cards"
	"shiming/idcard"
)

func checked(outcome CheckOutcome) *Check {
	return &Check{
		Outcome:  outcome,
		Detail:   "0",
		Supplier: "腾讯云",
		Serial:   "r-9",
		At:       SampleTime,
	}
}

func TestMatchLeadsToReview(t *testing.T) {
	c := SampleCase(Checking)
	c.Delayed, c.Review = "check", &Review{By: "ou_hr1", What: "sent_back"}
	d := decide(t, c, Event{Kind: PersonChecked, Check: checked("match")}).wantState(AwaitingReview)
	d.wantJobs()
	d.wantCards([]string{AudienceApplicant, AudienceHR}, []string{AudienceHR}).
		wantDetail("outcome", "match", "serial", "r-9")
	if d.Case.Review != nil || d.Case.Rounds != 2 || d.Case.Delayed != "" || d.Case.Check.Serial != "r-9" ||
		d.lastDisclosure() != "tencent_faceid" {
		t.Errorf("after the check: got %+v, want check and round on record", d.Case)
	}
	if d.Case.Personal.SMSCode == "" || d.Case.Code.PassedAt.IsZero() {
		t.Error("got no code, want it kept for the evidence")
	}
}

func TestMismatchReturnsToForm(t *testing.T) {
	for outcome, mismatch := range map[CheckOutcome]string{"mismatch": "three_elements", "no_record": "no_record"} {
		t.Run(fmt.Sprint(outcome), func(t *testing.T) {
			d := decide(t, SampleCase(Checking), Event{Kind: PersonChecked, Check: checked(outcome)}).
				wantState(AwaitingConfirmation)
			d.wantJobs()
			if d.Case.Mismatch != mismatch || !cards.HasText("mismatch."+mismatch) {
				t.Errorf("%s: mismatch %q, want %v", outcome, d.Case.Mismatch, mismatch)
			}
			// A code proves one submission only. The typed values are kept.
			if d.Case.Code != nil || d.Case.Personal.SMSCode != "" || d.Case.Personal.Number != SampleNumber ||
				d.Case.Personal.Mobile != SampleMobile {
				t.Errorf("%s: got %+v, want no code and the typed values", outcome, d.Case)
			}
			card := ApplicantCard(d.Case, sampleView()).(cards.Confirm)
			if card.Mismatch != mismatch || card.Number != SampleNumber {
				t.Errorf("%s: the form shows mismatch %q, want %v", outcome, card.Mismatch, mismatch)
			}
			if d.lastDisclosure() != "tencent_faceid" {
				t.Error("got no check, want it on record")
			}
		})
	}
}

func TestCheckRefused(t *testing.T) {
	for _, field := range []string{"mobile", "identity_code", "identity_name"} {
		c := SampleCase(Checking)
		c.Delayed = "check"
		d := decide(t, c, Event{Kind: CheckRefused, Field: field}).wantState(AwaitingConfirmation).wantDetail("field", field)
		if d.Case.Mismatch != field || d.Case.Code != nil || d.Case.Check != nil || d.Case.Delayed != "" ||
			!cards.HasText("mismatch."+field) || d.lastDisclosure() != "tencent_faceid" {
			t.Errorf("%s: got %+v, want the form with this mismatch", field, d.Case)
		}
	}
}

// TestAutomaticApproval checks that only an all-green case passes without HR, and only if the policy allows it.
func TestAutomaticApproval(t *testing.T) {
	warnings := func(p *Policy) { p.ReviewAlways = false }
	green := func() *Case {
		c := SampleCase(Checking)
		c.Review = nil
		c.Personal.ContactName = SampleName
		return c
	}
	d := decide(t, green(), Event{Kind: PersonChecked, Check: checked("match")}, warnings).wantState(Recording)
	d.wantJobs(JobUpload, JobUpload)
	if r := d.Case.Review; r == nil || r.By != "" || r.What != "approved" || d.Rule != "policy: all checks green" {
		t.Errorf("review %+v (%s), want %q", r, d.Rule, "policy: all checks green")
	}
	if card := ApplicantCard(d.Case, sampleView()).(cards.Progress); !card.Automatic {
		t.Error("got no mark on the card, want an automatic approval")
	}
	decide(t, green(), Event{Kind: PersonChecked, Check: checked("match")}).wantState(AwaitingReview)

	front, _ := SampleReadings()
	for name, change := range map[string]func(*Case){
		"something was changed":      func(c *Case) { c.Changed = []string{"identity_name"} },
		"the number is somebody's":   func(c *Case) { c.SameNumberCases = []string{"x"} },
		"another name in Feishu":     func(c *Case) { c.Personal.ContactName = "小样" },
		"a photo is a photocopy":     func(c *Case) { c.Photos[0].Warnings = []string{"photo_grey"} },
		"the card ends soon":         func(c *Case) { c.Personal.Back.ValidTo.Y, c.Personal.Back.ValidTo.M = 2026, 7 },
		"the sides hardly fit":       func(c *Case) { c.Personal.Back.ValidTo.Y = 2033 },
		"birth and number disagree":  func(c *Case) { c.Personal.Front.Birth.D = 8 },
		"the end was not read":       func(c *Case) { c.Personal.Back.ValidTo = idcard.Date{} },
		"the directory is not known": func(c *Case) { c.Personal.ContactName = "" },
		"the gender was not read":    func(c *Case) { c.Personal.Front.Gender = "" },
		"the address was not read":   func(c *Case) { c.Personal.Front.Address = "" },
	} {
		t.Run(name, func(t *testing.T) {
			c := green()
			sealed := front.Seal()
			c.Personal.Front = &sealed
			change(c)
			d := decide(t, c, Event{Kind: PersonChecked, Check: checked("match")}, warnings)
			if d.Case == nil || d.Case.State != AwaitingReview {
				t.Errorf("%s: got an approval without HR, want a review", name)
			}
		})
	}
}

// TestFindings checks the level of each finding and that each has its texts.
func TestFindings(t *testing.T) {
	c := SampleCase(AwaitingReview)
	level := func(c *Case) map[FindingCode]Level {
		m := map[FindingCode]Level{}
		for _, f := range Findings(c, SamplePolicy(), SampleTime) {
			m[f.Code] = f.Level
			if !cards.HasText("check."+string(f.Code)+"."+string(Colour(f.Level))) || !cards.HasText("chip."+string(f.Code)) {
				t.Errorf("%s, %s: got no texts, want chip and check", f.Code, f.Level)
			}
		}
		return m
	}
	for code, l := range level(c) {
		want := LevelPassed
		if code == "name_vs_feishu" { // the directory was not asked
			want = LevelNotExamined
		}
		if l != want {
			t.Errorf("%s is %s, want %s", code, l, want)
		}
	}
	for _, tt := range []struct {
		code   FindingCode
		level  Level
		change func(*Case)
	}{
		{"number_valid", LevelFailed, func(c *Case) { c.Personal.Number = "1" }},
		{"three_elements", LevelNotExamined, func(c *Case) { c.Check = nil }},
		{"three_elements", LevelNotExamined, func(c *Case) { c.Method = MethodNone }},
		{"three_elements", LevelFailed, func(c *Case) { c.Check.Outcome = "mismatch" }},
		{"validity", LevelPassed, func(c *Case) { c.Personal.Back.LongTerm = true }},
		{"validity", LevelWarning, func(c *Case) { c.Personal.Back.ValidTo.Y, c.Personal.Back.ValidTo.M = 2026, 7 }},
		{"validity", LevelFailed, func(c *Case) { c.Personal.Back.ValidTo.Y = 2025 }},
		{"validity", LevelFailed, func(c *Case) { c.Personal.Back.ValidFrom.Y = 2027 }},
		{"validity", LevelNotExamined, func(c *Case) { c.Personal.Back.ValidTo = idcard.Date{} }},
		{"sides_match", LevelFailed, func(c *Case) { c.Personal.Back.ValidFrom.Y = 1980 }},
		{"ocr_consistency", LevelWarning, func(c *Case) { c.Personal.Front.Gender = "female" }},
		// The typed number fits neither birth nor gender.
		{"ocr_consistency", LevelFailed, func(c *Case) {
			c.Personal.Number, c.Personal.Front.Gender = OtherNumber, "female"
		}},
		{"edited", LevelWarning, func(c *Case) { c.Changed = []string{"identity_name"} }},
		{"duplicate_number", LevelFailed, func(c *Case) { c.SameNumberCases = []string{"x", "y"} }},
		{"name_vs_feishu", LevelPassed, func(c *Case) { c.Personal.ContactName = SampleName }},
		{"name_vs_feishu", LevelWarning, func(c *Case) { c.Personal.ContactName = "小样" }},
		{"quality", LevelWarning, func(c *Case) { c.Photos[1].Warnings = []string{"photo_grey"} }},
		// The OCR read every field, so glare does not count.
		{"quality", LevelPassed, func(c *Case) { c.Photos[1].Warnings = []string{"photo_glare"} }},
		{"quality", LevelWarning, func(c *Case) {
			c.Photos[1].Warnings, c.Personal.Back.Missing = []string{"photo_glare"}, []string{"issued_by"}
		}},
		{"quality", LevelPassed, func(c *Case) {
			old := c.Photos[1]
			old.Warnings, old.State = []string{"photo_grey"}, PhotoReplaced
			c.Photos = append(c.Photos, old)
		}},
		{"quality", LevelNotExamined, func(c *Case) { c.Photos[1].State = PhotoReplaced }},
	} {
		t.Run(fmt.Sprint(tt.code), func(t *testing.T) {
			c := SampleCase(AwaitingReview)
			tt.change(c)
			if got := level(c)[tt.code]; got != tt.level {
				t.Errorf("%s is %s, want %s", tt.code, got, tt.level)
			}
		})
	}
	if Findings(&Case{}, SamplePolicy(), SampleTime) != nil {
		t.Error("empty case: got findings, want none")
	}
	if AllGreen(nil) {
		t.Error("no findings: got all green, want not")
	}
	if w := Worst([]Finding{{Level: LevelNotExamined}, {Level: LevelWarning}, {Level: LevelPassed}}); w != LevelWarning {
		t.Errorf("worst is %s, want %v", w, LevelWarning)
	}
	if w := Worst([]Finding{{Level: LevelNotExamined}, {Level: LevelPassed}}); w != LevelNotExamined {
		t.Errorf("worst is %s, want %v", w, LevelNotExamined)
	}
	duplicate := &Case{Personal: SampleCase(Done).Personal, SameNumberCases: []string{"x"}}
	if w := Worst(Findings(duplicate, SamplePolicy(), SampleTime.Add(time.Hour))); w != LevelFailed {
		t.Errorf("worst is %s, want %v", w, LevelFailed)
	}
}
