package flows

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/idcard"
	"shiming/verify"
)

// TestOnlyTheOwnersFormIsClear checks every card of every state and history except the applicant's confirmation form.
func TestOnlyTheOwnersFormIsClear(t *testing.T) {
	shown := 0
	for _, s := range States {
		for name, change := range map[string]func(*Case){
			"ordinary": func(*Case) {},
			"changed": func(c *Case) {
				c.Changed, c.SameNumberCases = []string{"identity_name", "identity_code"}, []string{"x"}
			},
			"sent back": func(c *Case) {
				c.Review = &Review{
					By:     "ou_hr1",
					What:   "sent_back",
					Reason: "blurred",
					At:     SampleTime,
				}
			},
			"masked form": func(c *Case) { c.MaskedForm = true },
			"settled": func(c *Case) {
				c.Resolution = &Resolution{Attention: *stopped("identity", "quota", ""), Kind: "retried", At: SampleTime}
			},
		} {
			c := SampleCase(s)
			c.Personal.ContactName, c.Personal.ContactMobile = "小样", "+86"+SampleMobile
			change(c)
			scene := sampleView()
			for audience, card := range map[string]cards.Card{"applicant": ApplicantCard(c, scene), "HR": HRCard(c, scene)} {
				if form, ok := card.(cards.Confirm); ok && !form.Masked {
					continue
				}
				shown++
				raw := string(card.JSON())
				for _, clear := range []string{SampleName, SampleNumber, SampleMobile, "样本省样本市样本路1号", "123456"} {
					if strings.Contains(raw, clear) {
						t.Errorf("%s, %s: %s's card shows %s, want it masked", s, name, audience, clear)
					}
				}
			}
		}
	}
	if shown < 100 {
		t.Errorf("got %d cards, want at least 100", shown)
	}
}

// TestSupplierInBothLanguages: the stored name is Chinese, because it goes into the evidence. The card translates it.
func TestSupplierInBothLanguages(t *testing.T) {
	c := SampleCase(AwaitingReview)
	c.Check.Supplier = verify.DefaultSupplier
	card := string(HRCard(c, sampleView()).JSON())
	for _, want := range []string{"Supplier: Tencent Cloud Computing", "核验机构：" + verify.DefaultSupplier} {
		if !strings.Contains(card, want) {
			t.Errorf("HR sees %s, want %q in it", card, want)
		}
	}
}

// TestSteps checks that the row of steps shows the review only if the case has one.
func TestSteps(t *testing.T) {
	has := func(c *Case, always bool, s cards.Step) bool {
		p := SamplePolicy()
		p.ReviewAlways = always
		for _, x := range Steps(c, p) {
			if x == s {
				return true
			}
		}
		return false
	}
	auto := SampleCase(Recording)
	auto.Review.By = ""
	none := SampleCase(AwaitingPhotos)
	none.Method = MethodNone
	for _, tt := range []struct {
		c      *Case
		always bool
		step   cards.Step
		want   bool
	}{
		{SampleCase(AwaitingPhotos), true, cards.StepReview, true},
		{SampleCase(AwaitingPhotos), false, cards.StepReview, false},
		{SampleCase(AwaitingReview), false, cards.StepReview, true}, {SampleCase(Recording), false, cards.StepReview, true},
		{auto, false, cards.StepReview, false},
		{none, true, cards.StepCode, false}, {none, true, cards.StepEvidence, false},
		{SampleCase(AwaitingPhotos), true, cards.StepEvidence, true},
	} {
		t.Run(fmt.Sprintf("%s in %s, always %v", tt.step, tt.c.State, tt.always), func(t *testing.T) {
			if got := has(tt.c, tt.always, tt.step); got != tt.want {
				t.Errorf("%s in %s, always %v: %v, want %v", tt.step, tt.c.State, tt.always, got, tt.want)
			}
		})
	}
}

// TestConfirmCardShowsReading checks the prefilled values and the notices of the form.
func TestConfirmCardShowsReading(t *testing.T) {
	form := func(change func(*Case)) cards.Confirm {
		c := SampleCase(AwaitingConfirmation)
		change(c)
		return ApplicantCard(c, sampleView()).(cards.Confirm)
	}
	f := form(func(c *Case) { c.Personal.ContactMobile = "+86 " + SampleMobile })
	if f.Name != SampleName || f.Number != SampleNumber || f.Mobile != SampleMobile || f.IssuedBy == "" ||
		f.ValidFrom != "2020-01-01" || f.ValidTo != "2040-01-01" || len(f.Notices) != 0 || f.Problems != nil {
		t.Errorf("got form %+v, want the values that were read", f)
	}
	if f := form(func(c *Case) { c.Personal.Back.LongTerm = true }); f.ValidTo != "长期" {
		t.Errorf("valid to %s, want %q", f.ValidTo, "长期")
	}
	f = form(func(c *Case) { c.Personal.Back.ValidTo = idcard.Date{Y: 2026, M: 6, D: 11} })
	if len(f.Notices) != 2 || f.Notices[0].Args["days"] != "10" || f.Notices[1].Issues[0].Code != "validity_span" {
		t.Errorf("got notices %+v, want one about 10 days, one about the span", f.Notices)
	}
	f = form(func(c *Case) { c.Personal.Front.Gender = "female" })
	if len(f.Notices) != 1 || f.Notices[0].Code != "ocr_consistency" {
		t.Errorf("got notices %+v, want one about ocr_consistency", f.Notices)
	}
	// An invalid number shows its problem before the first submission.
	f = form(func(c *Case) { c.Personal.Front.Number, c.Personal.Front.RawNumber = "", "8990001990030702" })
	if f.Problems["identity_code"] != "length" || f.Number != "8990001990030702" {
		t.Errorf("got problems %v, want length for identity_code", f.Problems)
	}
	if f := form(func(c *Case) { c.Method = MethodNone }); f.AskMobile || f.Mobile != "" {
		t.Error("without verification: the form asks for the mobile number, want no input")
	}
	if f := form(func(c *Case) { c.Personal.Front = nil }); f.Name != "" {
		t.Error("without readings: got values, want an empty form")
	}
}

// TestCodeCardShowsTimes checks the times of the code's card with and without the supplier's answer.
func TestCodeCardShowsTimes(t *testing.T) {
	code := func(change func(*Code)) cards.Code {
		c := SampleCase(AwaitingCode)
		change(c.Code)
		return ApplicantCard(c, sampleView()).(cards.Code)
	}
	card := code(func(c *Code) { c.Tries = 2 })
	if card.TriesLeft != MaxCodeTries-2 || !card.ResendAt.Equal(card.SentAt.Add(time.Minute)) ||
		!card.CodeExpires.Equal(card.SentAt.Add(10*time.Minute)) {
		t.Errorf("got card %+v, want %d tries left and times from SentAt", card, MaxCodeTries-2)
	}
	card = code(func(c *Code) { c.State, c.SentAt = "sending", time.Time{} })
	if !card.CodeExpires.Equal(SampleTime.Add(8 * time.Minute)) {
		t.Errorf("got card %+v, want an expiry from AskedAt", card)
	}
	c := SampleCase(AwaitingCode)
	c.Code = nil
	if card := ApplicantCard(c, sampleView()).(cards.Code); card.State != "sending" {
		t.Errorf("without a code: got %+v, want state sending", card)
	}
}
