package flows

import (
	"maps"
	"slices"
	"testing"

	"shiming/cards"
	"shiming/idcard"
)

// readAs changes what was read on the sample's card.
func readAs(change func(front, back *idcard.Reading)) func(*testing.T, *Case) {
	return func(_ *testing.T, c *Case) {
		front, back := c.Personal.Front.Open(), c.Personal.Back.Open()
		change(&front, &back)
		sf, sb := front.Seal(), back.Seal()
		c.Personal.Front, c.Personal.Back = &sf, &sb
	}
}

// contactNamed gives the name in Feishu's directory.
func contactNamed(name string) func(*testing.T, *Case) {
	return func(_ *testing.T, c *Case) { c.Personal.ContactName = name }
}

// readWith adds an issue of the OCR to a side.
func readWith(side idcard.Side, code, field string) func(*testing.T, *Case) {
	return readAs(func(front, back *idcard.Reading) {
		r := front
		if side == idcard.Back {
			r = back
		}
		r.Issues = append(r.Issues, idcard.Issue{Code: code, Level: idcard.Warn, Field: field})
	})
}

// photoWith adds a warning to the photo of the emblem side, on which one field was not read.
func photoWith(code string) func(*testing.T, *Case) {
	return func(t *testing.T, c *Case) {
		readAs(func(_, back *idcard.Reading) { back.Missing = []string{idcard.FieldRace} })(t, c)
		c.Photos[1].Warnings = []string{code}
	}
}

// bornAt gives the sample a number of somebody of the same age and gender as the card says.
func bornAt(day string, born idcard.Date) func(*testing.T, *Case) {
	return func(t *testing.T, c *Case) {
		c.Personal.Number = bornOn(t, day)
		readAs(func(front, back *idcard.Reading) {
			front.Number, _ = idcard.ParseNumber(c.Personal.Number, SampleTime)
			front.Birth, front.Gender = born, front.Number.Gender()
			back.ValidFrom, back.ValidTo = idcard.Date{Y: 2024, M: 1, D: 1}, idcard.Date{Y: 2029, M: 1, D: 1}
		})(t, c)
	}
}

func permitNumber(c *Case) {
	c.Personal.Number = "990101199003070015"
	readAs(func(front, _ *idcard.Reading) {
		front.Number, _ = idcard.ParseNumber(c.Personal.Number, SampleTime)
		front.Gender = front.Number.Gender()
	})(nil, c)
}

// checkCases brings each check, and no other that holds a case up, to the sample.
var checkCases = map[CheckID]func(*testing.T, *Case){
	CheckExpired: readAs(func(_, back *idcard.Reading) {
		back.ValidFrom, back.ValidTo = idcard.Date{Y: 2016, M: 1, D: 1}, idcard.Date{Y: 2026, M: 1, D: 1}
	}),
	CheckExpiring: readAs(func(_, back *idcard.Reading) {
		back.ValidFrom, back.ValidTo = idcard.Date{Y: 2006, M: 7, D: 1}, idcard.Date{Y: 2026, M: 7, D: 1}
	}),
	CheckValidityUnread: readAs(func(_, back *idcard.Reading) { back.ValidTo = idcard.Date{} }),

	CheckNumberInvalid: func(_ *testing.T, c *Case) { c.Personal.Number = "1" },
	idcard.CodeBirthMismatch: readAs(func(front, _ *idcard.Reading) {
		front.Birth.D++
	}),
	idcard.CodeGenderMismatch: readAs(func(front, _ *idcard.Reading) { front.Gender = "female" }),
	idcard.CodeNumberMismatch: readAs(func(front, _ *idcard.Reading) { front.Birth.D, front.Gender = 8, "female" }),
	CheckNumberUnproved:       readAs(func(front, _ *idcard.Reading) { front.Gender = "" }),

	CheckNameUnknown:       contactNamed(" "),
	idcard.CodeNameScript:  contactNamed("樣甲明"),
	idcard.CodeNameOrder:   func(_ *testing.T, c *Case) { c.Personal.Name, c.Personal.ContactName = "SAMPLE, JANE", "Jane Sample" },
	idcard.CodeNameRare:    contactNamed("样𠮷明"),
	idcard.CodeNameClose:   contactNamed("样甲鸣"),
	idcard.CodeNamePart:    contactNamed("样甲明（产品部）"),
	idcard.CodeNameDiffers: contactNamed("小样"),

	idcard.CodeAuthorityAddress: readAs(func(_, back *idcard.Reading) { back.IssuedBy = "他处市公安局" }),
	idcard.CodeValidityAge:      readAs(func(_, back *idcard.Reading) { back.ValidTo.Y = 2030 }),
	idcard.CodeValiditySpan:     readAs(func(_, back *idcard.Reading) { back.ValidTo.Y = 2033 }),
	idcard.CodeIssuedInFuture: readAs(func(_, back *idcard.Reading) {
		back.ValidFrom, back.ValidTo = idcard.Date{Y: 2027, M: 1, D: 1}, idcard.Date{Y: 2047, M: 1, D: 1}
	}),
	idcard.CodeIssuedBeforeBirth: readAs(func(_, back *idcard.Reading) {
		back.ValidFrom, back.ValidTo, back.LongTerm = idcard.Date{Y: 1980, M: 1, D: 1}, idcard.Date{}, true
	}),
	idcard.CodeValidityReversed: readAs(func(_, back *idcard.Reading) {
		back.ValidFrom, back.ValidTo = idcard.Date{Y: 2026, M: 1, D: 1}, idcard.Date{Y: 2026, M: 1, D: 1}
	}),
	CheckSidesUnread: readAs(func(_, back *idcard.Reading) { back.IssuedBy = "" }),

	CheckUnder16:        bornAt("20120315", idcard.Date{Y: 2012, M: 3, D: 15}),
	CheckUnder18:        bornAt("20090101", idcard.Date{Y: 2009, M: 1, D: 1}),
	CheckPermit:         func(_ *testing.T, c *Case) { permitNumber(c) },
	CheckPermitNotTaken: func(_ *testing.T, c *Case) { permitNumber(c) },
	CheckDuplicate:      func(_ *testing.T, c *Case) { c.SameNumberCases = []string{"other"} },
	CheckElements:       func(_ *testing.T, c *Case) { c.Check.Outcome = CheckMismatch },
	CheckNotVerified:    func(_ *testing.T, c *Case) { c.Check = nil },
	CheckEdited:         func(_ *testing.T, c *Case) { c.Changed = []string{"identity_code"} },

	idcard.CodeNumberUnreadable: readWith(idcard.Front, idcard.CodeNumberUnreadable, idcard.FieldNumber),
	idcard.CodeNameUnreadable:   readWith(idcard.Front, idcard.CodeNameUnreadable, idcard.FieldName),
	idcard.CodeDateUnreadable:   readWith(idcard.Front, idcard.CodeDateUnreadable, idcard.FieldBirth),
	idcard.CodeGenderUnreadable: readWith(idcard.Front, idcard.CodeGenderUnreadable, idcard.FieldGender),
	idcard.CodeFieldTwice:       readWith(idcard.Front, idcard.CodeFieldTwice, idcard.FieldAddress),
	idcard.CodeStrayField:       readWith(idcard.Front, idcard.CodeStrayField, idcard.FieldIssuedBy),
	idcard.CodeSideDisagrees:    readWith(idcard.Back, idcard.CodeSideDisagrees, ""),
	CheckFieldMissing: readAs(func(front, _ *idcard.Reading) {
		front.Missing = []string{idcard.FieldAddress}
	}),

	idcard.CodePhotoBlurred:     photoWith(idcard.CodePhotoBlurred),
	idcard.CodePhotoLowContrast: photoWith(idcard.CodePhotoLowContrast),
	idcard.CodePhotoGlare:       photoWith(idcard.CodePhotoGlare),
	idcard.CodePhotoDark:        photoWith(idcard.CodePhotoDark),
	idcard.CodePhotoSmall:       photoWith(idcard.CodePhotoSmall),
	idcard.CodeCardSmall:        photoWith(idcard.CodeCardSmall),
	idcard.CodePhotoCovered:     photoWith(idcard.CodePhotoCovered),
	idcard.CodePhotoScreenshot:  photoWith(idcard.CodePhotoScreenshot),
	idcard.CodePhotoGrey:        photoWith(idcard.CodePhotoGrey),
	idcard.CodeCardCut:          photoWith(idcard.CodeCardCut),
}

// checkCase gives the sample with what a check finds, and a policy under which the check can occur.
func checkCase(t *testing.T, id CheckID) (*Case, *Policy) {
	t.Helper()
	c := SampleCase(AwaitingReview)
	c.Personal.ContactName = SampleName
	checkCases[id](t, c)
	p := SamplePolicy()
	if id == CheckPermit {
		p.Documents.PermanentResidence = "CRED_PSN_FOREIGN"
	}
	return c, p
}

// TestChecks shows each check at its default level and at each level that a setting may give it.
func TestChecks(t *testing.T) {
	for _, rule := range Checks {
		for _, level := range append([]CheckLevel{""}, AllowedLevels(rule.ID)...) {
			t.Run(string(rule.ID)+" "+string(level), func(t *testing.T) {
				c, p := checkCase(t, rule.ID)
				effective := rule.Default
				if level != "" {
					p.Checks, effective = map[CheckID]CheckLevel{rule.ID: level}, level
				}
				want := map[CheckLevel]Level{
					CheckPass: LevelPassed, CheckHint: LevelPassed, CheckHuman: LevelWarning, CheckStop: LevelFailed,
				}[effective]
				if rule.Unread && effective == CheckHuman {
					want = LevelNotExamined
				}
				all := Findings(c, p, SampleTime)
				i := slices.IndexFunc(all, func(f Finding) bool { return f.Code == rule.Finding })
				if i < 0 || all[i].Level != want {
					t.Fatalf("got %+v, want %s under %s", all, want, rule.Finding)
				}
				spoken := slices.ContainsFunc(all[i].Issues, func(i FindingIssue) bool { return i.Code == string(rule.ID) })
				if effective == CheckPass && spoken || effective == CheckHint && !spoken {
					t.Errorf("got the issues %v at %s", all[i].Issues, effective)
				}
				if want != LevelPassed && AllGreen(all) {
					t.Errorf("got all green at %s, want a person to look", effective)
				}
			})
		}
	}
}

// TestEachCheckHasARule: what the checks find is in the list, and what is in the list has words and a case above.
func TestEachCheckHasARule(t *testing.T) {
	seen := map[CheckID]bool{}
	for _, rule := range Checks {
		if seen[rule.ID] || checkCases[rule.ID] == nil || !cards.HasText("issue."+string(rule.ID)) {
			t.Errorf("%s: want one row, a case and words", rule.ID)
		}
		seen[rule.ID] = true
		if slices.Index(CheckLevels, rule.Default) < slices.Index(CheckLevels, rule.Least) {
			t.Errorf("%s: got the default %s below %s", rule.ID, rule.Default, rule.Least)
		}
	}
	if extra := len(checkCases) - len(seen); extra != 0 {
		t.Errorf("got %d cases too many", extra)
	}
	for name, constant := range constants(t) {
		if code := CheckID(constant[1]); constant[0] == "" && len(name) > 4 && name[:4] == "Code" && !seen[code] {
			t.Errorf("%s: got no row for %s", name, code)
		}
	}
}

// TestChecksOnTheForm: a check that concerns the applicant is told before the submission, in own words if there are
// any; one that is for HR is not.
func TestChecksOnTheForm(t *testing.T) {
	notOnForm := []CheckID{ // their photo is refused, or the reading replaces them
		idcard.CodeIssuedBeforeBirth, idcard.CodeValidityReversed,
	}
	for _, rule := range Checks {
		if slices.Contains(notOnForm, rule.ID) {
			continue
		}
		t.Run(string(rule.ID), func(t *testing.T) {
			c, p := checkCase(t, rule.ID)
			c.State = AwaitingConfirmation
			if rule.Default == CheckPass {
				t.Fatal("nothing would be told")
			}
			form := ApplicantCard(c, ViewContext{Now: SampleTime, Policy: p}).(cards.Confirm)
			told := slices.ContainsFunc(form.Notices, func(n cards.Check) bool { return n.Code == string(rule.Finding) })
			if told != rule.Told {
				t.Errorf("got told %v in %v, want %v", told, form.Notices, rule.Told)
			}
		})
	}
}

// TestHintGoesPastHR: a traditional form of the name in Feishu needs nobody, a nickname does, and the policy decides.
func TestHintGoesPastHR(t *testing.T) {
	for name, tt := range map[string]struct {
		contact string
		checks  map[CheckID]CheckLevel
		want    State
	}{
		"traditional":             {"樣甲明", nil, Recording},
		"traditional, by setting": {"樣甲明", map[CheckID]CheckLevel{idcard.CodeNameScript: CheckHuman}, AwaitingReview},
		"nickname":                {"小样", nil, AwaitingReview},
		"nickname, by setting":    {"小样", map[CheckID]CheckLevel{idcard.CodeNameDiffers: CheckHint}, Recording},
	} {
		t.Run(name, func(t *testing.T) {
			c := SampleCase(Checking)
			c.Personal.ContactName = tt.contact
			decide(t, c, Event{Kind: PersonChecked, Check: checked(CheckMatch)}, warningsOnly, func(p *Policy) {
				p.Checks = maps.Clone(tt.checks)
			}).wantState(tt.want)
		})
	}
}

// TestExpiredCardByPolicy: an expired card is refused at once, or taken for HR to decide.
func TestExpiredCardByPolicy(t *testing.T) {
	expired := backUntil(t, "2021.01.01")
	for level, want := range map[CheckLevel]State{CheckStop: AwaitingPhotos, CheckHuman: AwaitingConfirmation} {
		t.Run(string(level), func(t *testing.T) {
			c := SampleCase(AwaitingPhotos)
			decide(t, c, Event{Kind: PhotoReadOK, PhotoID: "p2", Readings: []idcard.Reading{expired}}, func(p *Policy) {
				p.Checks = map[CheckID]CheckLevel{CheckExpired: level}
			}).wantState(want)
		})
	}
}

// TestProposedNumber: a slip, and an old number of 15 digits, come back as the number that was meant, which the next
// press takes.
func TestProposedNumber(t *testing.T) {
	for name, typed := range map[string]string{
		"one digit":         SampleNumber[:10] + "9" + SampleNumber[11:],
		"one digit lost":    SampleNumber[1:],
		"one digit twice":   SampleNumber[:1] + SampleNumber,
		"O for 0":           "8990001990O3070296",
		"15 digits":         "899000900307029",
		"15 digits, spaced": "899000 900307 029",
	} {
		t.Run(name, func(t *testing.T) {
			d := decide(t, SampleCase(AwaitingConfirmation), Event{Kind: Confirmed, Form: form("identity_code", typed)}).wantStay()
			next := ApplicantCard(d.Case, sampleView()).(cards.Confirm)
			if next.Number != SampleNumber || next.Problems["identity_code"] == "" {
				t.Fatalf("got the form with %q, %v, want the number meant and why", next.Number, next.Problems)
			}
			after := decide(t, d.Case, Event{Kind: Confirmed, Form: form("identity_code", next.Number)}).wantState(AwaitingCode)
			if len(after.Case.Changed) > 0 {
				t.Errorf("got changes %v, want none: the number is the one that was read", after.Case.Changed)
			}
		})
	}
	t.Run("masked", func(t *testing.T) {
		c := SampleCase(AwaitingConfirmation)
		c.MaskedForm = true
		d := decide(t, c, Event{Kind: Confirmed, Form: form("identity_code", SampleNumber[1:])}).wantStay()
		if d.Case.FormIssues["identity_code"] != "length" || d.Case.Personal.Number != "" {
			t.Errorf("got %v, want nothing that nobody can compare", d.Case.FormIssues)
		}
	})
	t.Run("the reading contradicts itself", func(t *testing.T) {
		c := SampleCase(AwaitingConfirmation)
		c.Personal.Front.Gender = "female"
		d := decide(t, c, Event{Kind: Confirmed, Form: form("identity_code", SampleNumber[1:])}).wantStay()
		if d.Case.FormIssues["identity_code"] != "length" {
			t.Errorf("got %v, want no proposal", d.Case.FormIssues)
		}
	})
}

// TestOldCard: the photo of a first-generation card is refused with the reason, and HR can be asked at once.
func TestOldCard(t *testing.T) {
	c := SampleCase(AwaitingPhotos)
	old := frontAs(t, SampleName, "899000900307029")
	c.Photos[0].State, c.Photos[0].Side, c.Personal.Front = PhotoStored, "", nil
	d := decide(t, c, Event{Kind: PhotoReadOK, PhotoID: "p1", Readings: []idcard.Reading{old}}).wantState(AwaitingPhotos)
	if j := d.wantJobs(JobReply)[0]; j.Args["problem"] != problemOldCard || !cards.HasText("photo.old_card") {
		t.Errorf("got %+v, want the reason", j)
	}
	card := ApplicantCard(d.Case, sampleView()).(cards.Photos)
	if !card.AskHR || !card.AskDocument {
		t.Errorf("got %+v, want both ways out", card)
	}
	decide(t, d.Case, Event{Kind: HelpAsked}).wantState(NeedsAttention)
}
