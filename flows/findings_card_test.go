package flows

import (
	"slices"
	"testing"
	"time"

	"shiming/cards"
	"shiming/idcard"
)

// reading parses entities of one picture, which have to show one side.
func reading(t *testing.T, entities ...idcard.Entity) idcard.Reading {
	t.Helper()
	r, err := idcard.ParseEntities(nil, entities, nil, SampleTime)
	if err != nil || len(r) != 1 {
		t.Fatalf("got %d readings, %v, want one", len(r), err)
	}
	return r[0]
}

// frontAs is the sample's front with another name and number.
func frontAs(t *testing.T, name, number string, more ...idcard.Entity) idcard.Reading {
	return reading(t, append([]idcard.Entity{
		{Type: "identity_name", Value: name}, {Type: "identity_code", Value: number}, {Type: "gender", Value: "男"},
		{Type: "race", Value: "汉"}, {Type: "birth", Value: "1990年3月7日"}, {Type: "address", Value: "样本省样本市样本路1号"},
	}, more...)...)
}

func backUntil(t *testing.T, end string) idcard.Reading {
	return reading(t, idcard.Entity{Type: "issued_by", Value: "样本市公安局"},
		idcard.Entity{Type: "valid_date_start", Value: "2020.01.01"}, idcard.Entity{Type: "valid_date_end", Value: end})
}

// atForm is a case whose form shows the readings, untouched.
func atForm(front, back idcard.Reading) *Case {
	c := SampleCase(AwaitingConfirmation)
	sf, sb := front.Seal(), back.Seal()
	c.Personal.Front, c.Personal.Back = &sf, &sb
	c.Personal.ContactName, c.Personal.ContactMobile = front.TidyName(), SampleMobile
	return c
}

// submit sends the form as it was filled in, and lets the supplier agree.
func submit(t *testing.T, c *Case, policy ...func(*Policy)) *Case {
	t.Helper()
	form := ApplicantCard(c, sampleView()).(cards.Confirm)
	d := decide(t, c, Event{Kind: Confirmed, Form: cards.Form{
		IdentityName: &form.Name,
		IdentityCode: &form.Number,
		Mobile:       &form.Mobile,
	}})
	if d.Case == nil || d.Case.State != AwaitingCode {
		t.Fatalf("got %+v (%s), want the form taken", d.Toast, d.Rule)
	}
	done := d.Case
	done.State, done.Code = Checking, SampleCase(Checking).Code
	return decide(t, done, Event{Kind: PersonChecked, Check: checked(CheckMatch)}, policy...).Case
}

func levelOf(c *Case, code FindingCode) (Level, Finding) {
	for _, f := range Findings(c, SamplePolicy(), SampleTime) {
		if f.Code == code {
			return f.Level, f
		}
	}
	return "", Finding{}
}

func warningsOnly(p *Policy) { p.ReviewAlways = false }

// TestUntouchedFormChangesNothing checks that spellings of one value are neither edits nor other names.
func TestUntouchedFormChangesNothing(t *testing.T) {
	const dotted = "阿迪力·样本江"
	for name, read := range map[string][4]string{ // name and number as read, then as the form shows them
		"small x":            {SampleName, "89900019900307019x", SampleName, "89900019900307019X"},
		"full width":         {SampleName, "８９９０００１９９００３０７０２９６", SampleName, SampleNumber},
		"blanks":             {"样甲 明 ", "899000 19900307 0296 ", SampleName, SampleNumber},
		"bullet":             {"阿迪力•样本江", SampleNumber, dotted, SampleNumber},
		"hyphenation":        {"阿迪力‧样本江", SampleNumber, dotted, SampleNumber},
		"katakana":           {"阿迪力・样本江", SampleNumber, dotted, SampleNumber},
		"full-width stop":    {"阿迪力．样本江", SampleNumber, dotted, SampleNumber},
		"full stop":          {"阿迪力.样本江", SampleNumber, dotted, SampleNumber},
		"line break":         {"阿迪力·\n样本江", SampleNumber, dotted, SampleNumber},
		"a blank at the end": {"阿迪力·样本江 ", SampleNumber, dotted, SampleNumber},
	} {
		t.Run(name, func(t *testing.T) {
			c := atForm(frontAs(t, read[0], read[1]), backUntil(t, "2040.01.01"))
			c.Personal.ContactName = read[0] + " "
			form := ApplicantCard(c, sampleView()).(cards.Confirm)
			if form.Name != read[2] || form.Number != read[3] || len(form.Notices) > 0 {
				t.Errorf("got the form %q, %q with %v, want %q, %q", form.Name, form.Number, form.Notices, read[2], read[3])
			}
			got := submit(t, c, warningsOnly)
			if len(got.Changed) > 0 || got.State != Recording {
				t.Errorf("got changes %v in %s, want none and %s", got.Changed, got.State, Recording)
			}
			for _, code := range []FindingCode{FindingEdited, FindingNameVsFeishu} {
				if l, _ := levelOf(got, code); l != LevelPassed {
					t.Errorf("got %s %s, want %s", code, l, LevelPassed)
				}
			}
		})
	}
}

// TestSuggestedNumber checks that the form begins with the only number that fits an unreadable one, and says so.
func TestSuggestedNumber(t *testing.T) {
	c := atForm(frontAs(t, SampleName, "B99000199003070296"), backUntil(t, "2040.01.01"))
	form := ApplicantCard(c, sampleView()).(cards.Confirm)
	if form.Number != SampleNumber || form.Problems["identity_code"] != "suggested" {
		t.Errorf("got %q with %v, want the suggested %q", form.Number, form.Problems, SampleNumber)
	}
	got := submit(t, c, warningsOnly)
	if l, _ := levelOf(got, FindingReading); l != LevelWarning || len(got.Changed) > 0 || got.State != AwaitingReview {
		t.Errorf("got reading %s, changes %v in %s, want a warning, none, and HR's turn", l, got.Changed, got.State)
	}
}

// TestEndOfValidity checks that an end that cannot be read never passes HR.
func TestEndOfValidity(t *testing.T) {
	for end, want := range map[string]struct {
		shown string
		level Level
		state State
	}{
		"2020.01.01-2040.01.01": {"2040-01-01", LevelPassed, Recording},
		"至2040.01.01":           {"2040-01-01", LevelPassed, Recording},
		"2020.01.01-长期":         {"长期", LevelPassed, AwaitingReview}, // 长期 does not fit the age at issue
		"9999.12.31":            {"", LevelWarning, AwaitingReview},
		"20I6.01.01":            {"", LevelWarning, AwaitingReview},
		"2030.02.29":            {"", LevelWarning, AwaitingReview},
		"":                      {"", LevelNotExamined, AwaitingReview},
	} {
		t.Run(end, func(t *testing.T) {
			c := atForm(frontAs(t, SampleName, SampleNumber), backUntil(t, end))
			form := ApplicantCard(c, sampleView()).(cards.Confirm)
			if form.ValidTo != want.shown || want.shown == "" && len(form.Notices) == 0 {
				t.Errorf("got the end %q with %v, want %q and a notice if it is missing", form.ValidTo, form.Notices, want.shown)
			}
			got := submit(t, c, warningsOnly)
			if l, _ := levelOf(got, FindingValidity); l != want.level || got.State != want.state {
				t.Errorf("got %s in %s, want %s in %s", l, got.State, want.level, want.state)
			}
		})
	}
}

// bornOn gives a valid number of somebody born on the day.
func bornOn(t *testing.T, day string) string {
	t.Helper()
	for check := range "0123456789X" {
		s := "899000" + day + "029" + "0123456789X"[check:check+1]
		if _, err := idcard.ParseNumber(s, SampleTime); err == nil {
			return s
		}
	}
	t.Fatalf("got no valid number of %s", day)
	return ""
}

func TestAge(t *testing.T) {
	for name, tt := range map[string]struct {
		born string
		at   time.Time
		want Level
	}{
		"14":                             {"20120315", SampleTime, LevelFailed},
		"the day before the 16th":        {"20100602", SampleTime, LevelFailed},
		"the 16th birthday":              {"20100601", SampleTime, LevelWarning},
		"its first minute in China":      {"20100601", time.Date(2026, 5, 31, 16, 0, 0, 0, time.UTC), LevelWarning},
		"the last minute before, in UTC": {"20100601", time.Date(2026, 5, 31, 15, 59, 0, 0, time.UTC), LevelFailed},
		"17":                             {"20090101", SampleTime, LevelWarning},
		"the day before the 18th":        {"20080602", SampleTime, LevelWarning},
		"the 18th birthday":              {"20080601", SampleTime, LevelPassed},
		"born on 29 February":            {"20080229", time.Date(2024, 2, 29, 12, 0, 0, 0, ChinaTime), LevelWarning},
	} {
		t.Run(name, func(t *testing.T) {
			number, err := idcard.ParseNumber(bornOn(t, tt.born), tt.at)
			if err != nil {
				t.Fatal(err)
			}
			if got := ageFinding(number, SamplePolicy(), tt.at).Level; got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
	t.Run("never past HR", func(t *testing.T) {
		c := SampleCase(Checking)
		c.Personal.ContactName = SampleName
		c.Personal.Number = bornOn(t, "20120315")
		d := decide(t, c, Event{Kind: PersonChecked, Check: checked(CheckMatch)}, warningsOnly).wantState(AwaitingReview)
		if l, _ := levelOf(d.Case, FindingAge); l != LevelFailed {
			t.Errorf("got %s, want %s", l, LevelFailed)
		}
	})
}

// TestPermitIsNotApproved checks that a residence permit stops at HR, who learns why nothing is filed.
func TestPermitIsNotApproved(t *testing.T) {
	for _, number := range []string{"810000199408230021", "830000199201300022", "990101199003070015"} {
		t.Run(number, func(t *testing.T) {
			c := SampleCase(Checking)
			c.Personal.Number, c.Personal.ContactName = number, SampleName
			d := decide(t, c, Event{Kind: PersonChecked, Check: checked(CheckMatch)}, warningsOnly).wantState(AwaitingReview)
			if l, _ := levelOf(d.Case, FindingDocument); l != LevelFailed {
				t.Errorf("got %s, want %s", l, LevelFailed)
			}
			if card := HRCard(d.Case, sampleView()).(cards.Review); !card.NotTaken {
				t.Error("got a card that can be approved, want one that says why not")
			}
			refused := Decide(SamplePolicy(), d.Case, Event{Kind: Approved, At: SampleTime, Role: HR, Actor: "ou_hr1"})
			if refused.Case != nil || len(refused.Jobs) > 0 || refused.Toast == nil ||
				*refused.Toast != cards.NewToast("permit", nil) {
				t.Errorf("got %+v, want a refusal with the reason", refused)
			}
			for _, kind := range []Kind{SentBack, Refused} {
				reason := "other"
				ok := Decide(SamplePolicy(), d.Case, Event{
					Kind:  kind,
					At:    SampleTime,
					Role:  HR,
					Actor: "ou_hr1",
					Form:  cards.Form{Reason: &reason},
				})
				if ok.Case == nil {
					t.Errorf("%s: got a refusal (%s), want the way out", kind, ok.Rule)
				}
			}
		})
	}
}

// TestApprovalDespiteRed: it takes a second act, the choice of a reason, which the audit row names with the findings.
// This holds for each red finding alike.
func TestApprovalDespiteRed(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Case)
		red    string
	}{
		{"under 16", func(c *Case) { c.Personal.Number = bornOn(t, "20120307") }, "age"},
		{"a permit without evidence", func(c *Case) {
			c.Personal.Number, c.Method = "990101199003070015", MethodNone
		}, "document"},
		{"the number of another account", func(c *Case) { c.SameNumberCases = []string{"other"} }, "duplicate_number"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := SampleCase(AwaitingReview)
			tt.change(c)
			for _, form := range []cards.Form{{}, {Override: ptr("")}, {Override: ptr("because")}, {Reason: ptr("other")}} {
				decide(t, c, Event{Kind: Approved, Form: form}).wantRefused(RefusalNoReason, "red")
			}
			approval := Event{Kind: Approved, Form: cards.Form{Override: ptr("exception_permitted")}}
			first := decide(t, c, approval).wantDetail("despite_red", tt.red, "reason", "exception_permitted").Case
			approval.Actor = "ou_hr2"
			d := decide(t, first, approval).
				wantState(Recording).
				wantDetail("despite_red", tt.red, "reason", "exception_permitted", "first_approval", "ou_hr1")
			if d.Case.Review.Reason != "exception_permitted" {
				t.Errorf("got the reason %q on record, want exception_permitted", d.Case.Review.Reason)
			}
		})
	}
}

// TestEachFindingHasAnOwner checks that what a reading or a photo notes reaches HR and keeps the case from passing.
func TestEachFindingHasAnOwner(t *testing.T) {
	stray := reading(t, idcard.Entity{Type: "identity_name", Value: SampleName},
		idcard.Entity{Type: "identity_code", Value: SampleNumber}, idcard.Entity{Type: "gender", Value: "男"},
		idcard.Entity{Type: "birth", Value: "1990年3月7日"}, idcard.Entity{Type: "address", Value: "样本省样本市样本路1号"},
		idcard.Entity{Type: "race", Value: "汉"}, idcard.Entity{Type: "issued_by", Value: "样本市公安局"})
	for name, tt := range map[string]struct {
		front idcard.Reading
		photo []string
		code  FindingCode
		level Level
		issue FindingIssue
	}{
		"gender unreadable": {
			front: reading(t, idcard.Entity{Type: "identity_name", Value: SampleName},
				idcard.Entity{Type: "identity_code", Value: SampleNumber}, idcard.Entity{Type: "gender", Value: "勇"},
				idcard.Entity{Type: "birth", Value: "1990年3月7日"}, idcard.Entity{Type: "address", Value: "样本省样本市样本路1号"},
				idcard.Entity{Type: "race", Value: "汉"}),
			code:  FindingReading,
			level: LevelWarning,
			issue: FindingIssue{"gender_unreadable", idcard.Front, "gender"},
		},
		"two addresses": {
			front: frontAs(t, SampleName, SampleNumber, idcard.Entity{Type: "address", Value: "样例省样例市1号"}),
			code:  FindingReading,
			level: LevelFailed,
			issue: FindingIssue{"field_twice", idcard.Front, "address"},
		},
		"a field of the other side": {
			front: stray,
			code:  FindingReading,
			level: LevelWarning,
			issue: FindingIssue{"stray_field", idcard.Front, "issued_by"},
		},
		"no birth": {
			front: reading(t, idcard.Entity{Type: "identity_name", Value: SampleName},
				idcard.Entity{Type: "identity_code", Value: SampleNumber}, idcard.Entity{Type: "gender", Value: "男"},
				idcard.Entity{Type: "address", Value: "样本省样本市样本路1号"}, idcard.Entity{Type: "race", Value: "汉"}),
			code:  FindingReading,
			level: LevelNotExamined,
			issue: FindingIssue{"field_missing", idcard.Front, "birth"},
		},
		"a photocopy": {
			front: frontAs(t, SampleName, SampleNumber),
			photo: []string{"photo_grey"},
			code:  FindingQuality,
			level: LevelWarning,
			issue: FindingIssue{"photo_grey", idcard.Front, ""},
		},
		"cut off": {
			front: frontAs(t, SampleName, SampleNumber),
			photo: []string{"card_cut"},
			code:  FindingQuality,
			level: LevelWarning,
			issue: FindingIssue{"card_cut", idcard.Front, ""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := atForm(tt.front, backUntil(t, "2040.01.01"))
			c.Photos[0].Warnings = tt.photo
			form := ApplicantCard(c, sampleView()).(cards.Confirm)
			told := slices.ContainsFunc(form.Notices, func(n cards.Check) bool { return n.Code == string(tt.code) })
			if !told {
				t.Errorf("got the notices %v on the form, want %s", form.Notices, tt.code)
			}
			got := submit(t, c, warningsOnly)
			level, f := levelOf(got, tt.code)
			if level != tt.level || !slices.Contains(f.Issues, tt.issue) || got.State != AwaitingReview {
				t.Errorf("got %s %v in %s, want %s %v at HR's", level, f.Issues, got.State, tt.level, tt.issue)
			}
		})
	}
	t.Run("nothing read past a level", func(t *testing.T) {
		if AllGreen([]Finding{{Level: LevelPassed}, {Code: FindingNameVsFeishu, Level: LevelNotExamined}}) {
			t.Error("got all green with a grey finding, want not")
		}
	})
}
