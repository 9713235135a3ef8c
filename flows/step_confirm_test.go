package flows

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/cards"
)

// form is a complete submission; with sets or removes ("\x00") fields.
func form(with ...string) cards.Form {
	f := cards.Form{IdentityName: ptr(SampleName), IdentityCode: ptr(SampleNumber), Mobile: ptr(SampleMobile)}
	for i := 0; i+1 < len(with); i += 2 {
		v := ptr(with[i+1])
		if *v == "\x00" {
			v = nil
		}
		switch with[i] {
		case "identity_name":
			f.IdentityName = v
		case "identity_code":
			f.IdentityCode = v
		case "mobile":
			f.Mobile = v
		default:
			panic(with[i])
		}
	}
	return f
}

func TestConfirmSendsCode(t *testing.T) {
	c := SampleCase(AwaitingConfirmation)
	c.Mismatch, c.FormIssues, c.Review = "mobile", map[string]string{"mobile": "required"}, &Review{What: "sent_back"}
	d := decide(t, c, Event{
		Kind:            Confirmed,
		Form:            form(),
		BlindIndex:      []byte("index"),
		SameNumberCases: []string{"x"},
	}).wantState(AwaitingCode).wantToast("saved")
	j := d.wantJobs(JobSendCode)[0]
	if j.rev != 1 || !j.At.Equal(SampleTime) {
		t.Errorf("the code's job is %+v", j)
	}
	after := d.Case
	if after.Personal.Name != SampleName || after.Personal.Number != SampleNumber ||
		after.Personal.Mobile != SampleMobile || after.Personal.CodeMobile != SampleMobile {
		t.Error("the fields are not kept")
	}
	if after.Mismatch != "" || after.FormIssues != nil || after.Changed != nil || after.Review != nil ||
		!after.Confirmed.Equal(SampleTime) {
		t.Errorf("left behind: %+v", after)
	}
	if !d.SetBlindIndex || string(d.BlindIndex) != "index" || !slices.Equal(after.SameNumberCases, []string{"x"}) {
		t.Error("index or duplicates are missing")
	}
	if after.Code == nil || after.Code.Seq != 1 || after.Code.State != "sending" || after.Code.MAC != nil ||
		after.CodeSeq != 1 || len(after.CodesAsked) != 1 {
		t.Errorf("code %+v", after.Code)
	}
}

func TestConfirmNormalisesValues(t *testing.T) {
	d := decide(t, SampleCase(AwaitingConfirmation), Event{Kind: Confirmed,
		Form: form("identity_name", "  "+SampleName+" ", "identity_code", "８９９０００ 19900307 0296", "mobile",
			"+86 139-0000-1234")}).wantState(AwaitingCode)
	p := d.Case.Personal
	if p.Name != SampleName || p.Number != SampleNumber || p.Mobile != SampleMobile || d.Case.Changed != nil {
		t.Errorf("kept with changes %v", d.Case.Changed)
	}
}

func TestConfirmRecordsChangedFields(t *testing.T) {
	for _, tt := range []struct {
		form    cards.Form
		changed []string
	}{
		{form(), nil},
		{form("identity_name", "样甲鸣"), []string{"identity_name"}},
		{form("identity_code", OtherNumber), []string{"identity_code"}},
		{form("identity_name", "样甲鸣", "identity_code", OtherNumber), []string{"identity_name", "identity_code"}},
	} {
		t.Run(fmt.Sprint(tt.changed), func(t *testing.T) {
			d := decide(t, SampleCase(AwaitingConfirmation), Event{Kind: Confirmed, Form: tt.form}).wantState(AwaitingCode)
			if !slices.Equal(d.Case.Changed, tt.changed) {
				t.Errorf("changed %v, want %v", d.Case.Changed, tt.changed)
			}
		})
	}
}

func TestConfirmNamesWrongField(t *testing.T) {
	long := strings.Repeat("长", 10000)
	for _, tt := range []struct {
		name, field, typed, problem string
	}{
		{"no name", "identity_name", " ", "required"},
		{"a name that is too long", "identity_name", long, "name_length"},
		{"a mention", "identity_name", `<at id=all></at>`, "name_characters"},
		{"digits for a name", "identity_name", "12345", "name_characters"},
		{"no number", "identity_code", "", "required"},
		{"a number that is too short", "identity_code", "12345", "length"},
		{"letters for a number", "identity_code", "89900019900307O296", "characters"},
		{"a region that begins with 0", "identity_code", "099000199003070296", "characters"},
		{"a wrong check digit", "identity_code", SampleNumber[:17] + "7", "check_digit"},
		{"no such day", "identity_code", "899000199002300298", "date"},
		{"a birth in the future", "identity_code", "899000203003070297", "future"},
		{"no mobile", "mobile", "", "required"},
		{"a mobile that is too short", "mobile", "1390000", "mobile_format"},
		{"a foreign mobile", "mobile", "+1 202 555 0100", "mobile_format"},
		{"a landline", "mobile", "010-12345678", "mobile_format"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := SampleCase(AwaitingConfirmation)
			d := decide(t, c, Event{Kind: Confirmed, Form: form(tt.field, tt.typed)}).
				wantStay().
				wantToast("wrong_field", "field", tt.field)
			d.wantJobs()
			if !maps.Equal(d.Case.FormIssues, map[string]string{tt.field: tt.problem}) {
				t.Errorf("issues %v, want %s", d.Case.FormIssues, tt.problem)
			}
			if !cards.HasText("field." + tt.problem) {
				t.Errorf("there are no words for %s", tt.problem)
			}
			d.wantCards([]string{AudienceApplicant}, nil).wantDetail(tt.field, tt.problem)
			// What was right is kept; what was wrong is kept short enough to be shown.
			for field, got := range map[string]string{"identity_name": d.Case.Personal.Name,
				"identity_code": d.Case.Personal.Number, "mobile": d.Case.Personal.Mobile} {
				t.Run(field, func(t *testing.T) {
					if n := len([]rune(got)); n > 60 {
						t.Errorf("%s keeps %d characters", field, n)
					}
					if field != tt.field && got == "" {
						t.Errorf("%s was right and is lost", field)
					}
				})
			}
			if d.Case.Confirmed != c.Confirmed || d.SetBlindIndex || d.Case.Code != nil {
				t.Error("a wrong form has consequences")
			}
			if raw := ApplicantCard(d.Case, ViewContext{Now: SampleTime, Policy: SamplePolicy()}).JSON(); len(raw) > 30<<10 {
				t.Errorf("the card has %d bytes", len(raw))
			}
		})
	}
}

func TestConfirmNamesFirstWrongField(t *testing.T) {
	for _, tt := range []struct {
		form  cards.Form
		field string
		n     int
	}{
		{form("identity_name", "", "identity_code", "1", "mobile", "2"), "identity_name", 3},
		{form("identity_code", "1", "mobile", "2"), "identity_code", 2},
	} {
		t.Run(tt.field, func(t *testing.T) {
			d := decide(t, SampleCase(AwaitingConfirmation), Event{Kind: Confirmed, Form: tt.form}).
				wantStay().
				wantToast("wrong_field", "field", tt.field)
			if len(d.Case.FormIssues) != tt.n {
				t.Errorf("issues %v", d.Case.FormIssues)
			}
		})
	}
}

// A field that is not even there was not left out by a person.
func TestConfirmWithoutField(t *testing.T) {
	for _, field := range []string{"identity_name", "identity_code", "mobile"} {
		decide(t, SampleCase(AwaitingConfirmation), Event{Kind: Confirmed, Form: form(field, "\x00")}).
			wantRefused("a field of the form is missing", "missing_field", "field", field)
	}
}

func TestConfirmWithoutVerification(t *testing.T) {
	c := SampleCase(AwaitingConfirmation)
	c.Method = MethodNone
	for _, mobile := range []string{"\x00", "", SampleMobile} {
		d := decide(t, c, Event{Kind: Confirmed, Form: form("mobile", mobile)}).wantState(AwaitingReview)
		d.wantJobs()
		if d.Case.Code != nil || d.Case.Rounds != 1 {
			t.Errorf("code %v, rounds %d, want 1", d.Case.Code, d.Case.Rounds)
		}
		d.wantCards([]string{AudienceApplicant, AudienceHR}, []string{AudienceHR})
	}
	d := decide(t, c, Event{Kind: Confirmed, Form: form("mobile", "12")}).wantStay()
	if d.Case.FormIssues["mobile"] != "mobile_format" {
		t.Errorf("issues %v", d.Case.FormIssues)
	}
	// The policy cannot let through what nobody verified.
	d = decide(t, c, Event{Kind: Confirmed, Form: form()}, func(p *Policy) { p.ReviewAlways = false }).
		wantState(AwaitingReview)
	if d.Case.Review != nil {
		t.Error("approved by rule")
	}
}

// When the tenant's data-loss prevention refused the clear form, empty means "as read".
func TestMaskedForm(t *testing.T) {
	d := decide(t, SampleCase(AwaitingConfirmation), Event{Kind: FormTooClear}).
		wantStay().
		wantCards([]string{AudienceApplicant}, nil)
	if !d.Case.MaskedForm {
		t.Fatal("the form stays clear")
	}
	decide(t, d.Case, Event{Kind: FormTooClear}).wantRefused("already masked", "")
	for _, s := range []State{AwaitingPhotos, AwaitingCode, AwaitingReview} {
		decide(t, SampleCase(s), Event{Kind: FormTooClear, Role: Bot}).wantRefused("not in the table", "already")
	}

	c := d.Case
	c.Personal.ContactMobile = "+86 " + SampleMobile
	card := ApplicantCard(c, ViewContext{Now: SampleTime, Policy: SamplePolicy()}).(cards.Confirm)
	if card.Name != "" || card.Number != "" || card.Mobile != "" || card.MaskedName == "" || card.MaskedNumber == "" ||
		card.MaskedMobile == "" || !card.Masked {
		t.Errorf("the masked form shows %+v", card)
	}
	e := Event{Kind: Confirmed, Form: form("identity_name", "", "identity_code", " ", "mobile", "")}
	after := decide(t, c, e).wantState(AwaitingCode).Case
	if after.Personal.Name != SampleName || after.Personal.Number != SampleNumber ||
		after.Personal.Mobile != SampleMobile || after.Changed != nil {
		t.Errorf("empty does not mean as read: %v", after.Changed)
	}
	e.Form = form("identity_name", "样甲鸣", "identity_code", "", "mobile", "13900009999")
	after = decide(t, c, e).wantState(AwaitingCode).Case
	if after.Personal.Name != "样甲鸣" || after.Personal.Number != SampleNumber || after.Personal.Mobile != "13900009999" ||
		fmt.Sprint(after.Changed) != "[identity_name]" {
		t.Errorf("typed values are lost: %v", after.Changed)
	}
	c.Personal.ContactMobile = ""
	d = decide(t, c, Event{Kind: Confirmed, Form: form("mobile", "")}).wantStay()
	if d.Case.FormIssues["mobile"] != "required" {
		t.Errorf("without a mobile in the directory: %v", d.Case.FormIssues)
	}
}

func TestEditFromTheCode(t *testing.T) {
	c := SampleCase(AwaitingCode)
	c.Personal.SMSCode = "123456"
	d := decide(t, c, Event{Kind: EditAsked}).wantState(AwaitingConfirmation)
	if d.Case.Code != nil || d.Case.Personal.SMSCode != "" || d.Case.Personal.Mobile != SampleMobile ||
		len(d.Case.CodesAsked) != 1 {
		t.Errorf("after edit: %+v", d.Case)
	}
}

func TestConfirmAfterTooManyCodes(t *testing.T) {
	c := SampleCase(AwaitingConfirmation)
	for i := range MaxCodesPerDay {
		c.CodesAsked = append(c.CodesAsked, SampleTime.Add(-23*time.Hour).Add(time.Duration(i)*time.Minute))
	}
	decide(t, c, Event{Kind: Confirmed, Form: form()}).wantRefused("too many codes within a day", "codes_used_up")
	d := decide(t, c, Event{Kind: Confirmed, Form: form(), At: SampleTime.Add(time.Hour)}).wantState(AwaitingCode)
	if len(d.Case.CodesAsked) != MaxCodesPerDay {
		t.Errorf("%d codes on record, want %v", len(d.Case.CodesAsked), MaxCodesPerDay)
	}
	c.Method = MethodNone
	decide(t, c, Event{Kind: Confirmed, Form: form()}).wantState(AwaitingReview)
}

// The pause between two codes holds for the way through the form as well, unless the mobile
// is another one.
func TestConfirmAgainKeepsResendPause(t *testing.T) {
	for _, tt := range []struct {
		mobile string
		at     time.Time
	}{{SampleMobile, SampleTime.Add(40 * time.Second)}, {"13900009999", SampleTime}} {
		t.Run(tt.mobile, func(t *testing.T) {
			c := SampleCase(AwaitingConfirmation)
			c.CodesAsked, c.CodeSeq, c.Personal.CodeMobile = []time.Time{SampleTime.Add(-20 * time.Second)}, 1, SampleMobile
			d := decide(t, c, Event{Kind: Confirmed, Form: form("mobile", tt.mobile)}).wantState(AwaitingCode)
			if j := d.wantJobs(JobSendCode)[0]; !j.At.Equal(tt.at) || j.rev != 2 {
				t.Errorf("%s: sent at %v as code %d, want 2", tt.mobile, j.At, j.rev)
			}
			if !d.Case.Code.AskedAt.Equal(tt.at) {
				t.Errorf("asked at %v", d.Case.Code.AskedAt)
			}
		})
	}
}
