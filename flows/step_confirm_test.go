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
		t.Errorf("got job %+v, want code 1 at once", j)
	}
	after := d.Case
	if after.Personal.Name != SampleName || after.Personal.Number != SampleNumber ||
		after.Personal.Mobile != SampleMobile || after.Personal.CodeMobile != SampleMobile {
		t.Error("got other fields, want the confirmed values")
	}
	if after.Mismatch != "" || after.FormIssues != nil || after.Changed != nil || after.Review != nil ||
		!after.Confirmed.Equal(SampleTime) {
		t.Errorf("got %+v, want problems, changes and review cleared", after)
	}
	if !d.SetBlindIndex || string(d.BlindIndex) != "index" || !slices.Equal(after.SameNumberCases, []string{"x"}) {
		t.Error("got no index or no cases with the same number, want those of the event")
	}
	if after.Code == nil || after.Code.Seq != 1 || after.Code.State != "sending" || after.Code.MAC != nil ||
		after.CodeSeq != 1 || len(after.CodesAsked) != 1 {
		t.Errorf("got code %+v, want number 1 in state sending", after.Code)
	}
}

func TestConfirmNormalisesValues(t *testing.T) {
	d := decide(t, SampleCase(AwaitingConfirmation), Event{Kind: Confirmed,
		Form: form("identity_name", "  "+SampleName+" ", "identity_code", "８９９０００ 19900307 0296", "mobile",
			"+86 139-0000-1234")}).wantState(AwaitingCode)
	p := d.Case.Personal
	if p.Name != SampleName || p.Number != SampleNumber || p.Mobile != SampleMobile || d.Case.Changed != nil {
		t.Errorf("got other values, changes %v, want them normalised and none changed", d.Case.Changed)
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
		{"letters for a number", "identity_code", "8990001990O307O296", "characters"},
		{"a region that begins with 0", "identity_code", "099000199003070297", "characters"},
		{"a wrong check digit", "identity_code", SampleNumber[:15] + "787", "check_digit"},
		{"one character like the one that was read", "identity_code", SampleNumber[:17] + "7", "read_again"},
		{"an old number of 15 digits", "identity_code", "899000900307029", "old_number"},
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
				t.Errorf("%s: got no text, want one", tt.problem)
			}
			d.wantCards([]string{AudienceApplicant}, nil).wantDetail(tt.field, tt.problem)
			// Right entries are kept as they are, wrong ones are truncated.
			for field, got := range map[string]string{"identity_name": d.Case.Personal.Name,
				"identity_code": d.Case.Personal.Number, "mobile": d.Case.Personal.Mobile} {
				t.Run(field, func(t *testing.T) {
					if n := len([]rune(got)); n > 60 {
						t.Errorf("%s: got %d characters kept, want at most 60", field, n)
					}
					if field != tt.field && got == "" {
						t.Errorf("%s: got another value, want the right entry kept", field)
					}
				})
			}
			if d.Case.Confirmed != c.Confirmed || d.SetBlindIndex || d.Case.Code != nil {
				t.Error("wrong form: got effects, want none")
			}
			if raw := ApplicantCard(d.Case, sampleView()).JSON(); len(raw) > 30<<10 {
				t.Errorf("got a card of %d bytes, want at most 30 KB", len(raw))
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
				t.Errorf("got issues %v, want %d", d.Case.FormIssues, tt.n)
			}
		})
	}
}

// TestConfirmWithoutField: a client sends every required input, so a missing one is refused.
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
		t.Errorf("got issues %v, want one about mobile", d.Case.FormIssues)
	}
	// The policy does not approve a case without a verification.
	d = decide(t, c, Event{Kind: Confirmed, Form: form()}, func(p *Policy) { p.ReviewAlways = false }).
		wantState(AwaitingReview)
	if d.Case.Review != nil {
		t.Error("got an approval by the policy, want a review")
	}
}

// TestMaskedFormAsItIs: it is not documented whether an optional input that nobody touched arrives as "" or not at all.
func TestMaskedFormAsItIs(t *testing.T) {
	const absent = "\x00"
	for _, tt := range []struct {
		name string
		form cards.Form
		want string // name, number, mobile
	}{
		{"empty form", cards.Form{}, "样甲明 899000199003070296 13900001234"},
		{"only the mobile", form("identity_name", absent, "identity_code", absent, "mobile", "16000001234"),
			"样甲明 899000199003070296 16000001234"},
		{"all empty", form("identity_name", "", "identity_code", "", "mobile", ""),
			"样甲明 899000199003070296 13900001234"},
		{"only the name", form("identity_name", "样甲鸣", "identity_code", absent, "mobile", absent),
			"样甲鸣 899000199003070296 13900001234"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := SampleCase(AwaitingConfirmation)
			c.MaskedForm, c.Personal.ContactMobile = true, "+86 "+SampleMobile
			p := decide(t, c, Event{Kind: Confirmed, Form: tt.form}).wantState(AwaitingCode).Case.Personal
			if got := p.Name + " " + p.Number + " " + p.Mobile; got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// TestMaskedFormAfterEntries: an untouched input stands for the value of its hint: the valid entry of the last round,
// never a refused one.
func TestMaskedFormAfterEntries(t *testing.T) {
	c := SampleCase(AwaitingConfirmation)
	c.MaskedForm = true
	d := decide(t, c, Event{Kind: Confirmed, Form: form("identity_name", "样甲鸣", "identity_code", "1")}).wantStay()
	if got := d.Case.FormIssues; len(got) != 1 || got["identity_code"] == "" {
		t.Fatalf("got issues %v, want one about the number", got)
	}
	p := decide(t, d.Case, Event{Kind: Confirmed}).wantState(AwaitingCode).Case.Personal
	if p.Name != "样甲鸣" || p.Number != SampleNumber || p.Mobile != SampleMobile {
		t.Errorf("got %s %s %s, want the typed name and mobile, the number that was read", p.Name, p.Number, p.Mobile)
	}
}

// TestMaskedForm checks the form after FormTooClear: an empty answer means the value that was read.
func TestMaskedForm(t *testing.T) {
	d := decide(t, SampleCase(AwaitingConfirmation), Event{Kind: FormTooClear}).
		wantStay().
		wantCards([]string{AudienceApplicant}, nil)
	if !d.Case.MaskedForm {
		t.Fatal("got a clear form, want a masked one")
	}
	decide(t, d.Case, Event{Kind: FormTooClear}).wantRefused("already masked", "")
	for _, s := range []State{AwaitingPhotos, AwaitingCode, AwaitingReview} {
		decide(t, SampleCase(s), Event{Kind: FormTooClear, Role: Bot}).wantRefused("not in the table", "already")
	}

	c := d.Case
	c.Personal.ContactMobile = "+86 " + SampleMobile
	card := ApplicantCard(c, sampleView()).(cards.Confirm)
	if card.Name != "" || card.Number != "" || card.Mobile != "" || card.MaskedName == "" || card.MaskedNumber == "" ||
		card.MaskedMobile == "" || !card.Masked {
		t.Errorf("got masked form %+v, want no clear value", card)
	}
	e := Event{Kind: Confirmed, Form: form("identity_name", "", "identity_code", " ", "mobile", "")}
	after := decide(t, c, e).wantState(AwaitingCode).Case
	if after.Personal.Name != SampleName || after.Personal.Number != SampleNumber ||
		after.Personal.Mobile != SampleMobile || after.Changed != nil {
		t.Errorf("empty inputs: got changes %v, want the values that were read", after.Changed)
	}
	e.Form = form("identity_name", "样甲鸣", "identity_code", "", "mobile", "13900009999")
	after = decide(t, c, e).wantState(AwaitingCode).Case
	if after.Personal.Name != "样甲鸣" || after.Personal.Number != SampleNumber || after.Personal.Mobile != "13900009999" ||
		fmt.Sprint(after.Changed) != "[identity_name]" {
		t.Errorf("got changes %v, want the typed values", after.Changed)
	}
	c.Personal.ContactMobile = ""
	d = decide(t, c, Event{Kind: Confirmed, Form: form("mobile", "")}).wantStay()
	if d.Case.FormIssues["mobile"] != "required" {
		t.Errorf("no mobile in the directory: got issues %v, want mobile", d.Case.FormIssues)
	}
}

func TestEditFromTheCode(t *testing.T) {
	c := SampleCase(AwaitingCode)
	c.Personal.SMSCode = "123456"
	d := decide(t, c, Event{Kind: EditAsked}).wantState(AwaitingConfirmation)
	if d.Case.Code != nil || d.Case.Personal.SMSCode != "" || d.Case.Personal.Mobile != SampleMobile ||
		len(d.Case.CodesAsked) != 1 {
		t.Errorf("after edit: got %+v, want no code", d.Case)
	}
}

func TestConfirmAfterTooManyCodes(t *testing.T) {
	c := SampleCase(AwaitingConfirmation)
	for i := range MaxCodesPerDay {
		c.CodesAsked = append(c.CodesAsked, SampleTime.Add(-23*time.Hour).Add(time.Duration(i)*time.Minute))
	}
	d := decide(t, c, Event{Kind: Confirmed, Form: form()}).wantState(AwaitingConfirmation).wantToast("codes_used_up")
	if card := ApplicantCard(d.Case, sampleView()).(cards.Confirm); card.Mismatch != "codes_used_up" || !card.AskHR {
		t.Errorf("got the card %+v, want the cause and the way to HR", card)
	}
	asked := decide(t, d.Case, Event{Kind: HelpAsked}).wantState(AwaitingReview)
	if h := asked.Case.Help; h == nil || h.Checks+h.Codes > 0 {
		t.Errorf("got the help %+v, want one without checks and codes", h)
	}
	d = decide(t, d.Case, Event{Kind: Confirmed, Form: form(), At: SampleTime.Add(time.Hour)}).wantState(AwaitingCode)
	if len(d.Case.CodesAsked) != MaxCodesPerDay {
		t.Errorf("%d codes on record, want %v", len(d.Case.CodesAsked), MaxCodesPerDay)
	}
	c.Method = MethodNone
	decide(t, c, Event{Kind: Confirmed, Form: form()}).wantState(AwaitingReview)
}

// TestConfirmAgainKeepsResendPause: CodeResend also applies after a return to the form, to whatever number.
func TestConfirmAgainKeepsResendPause(t *testing.T) {
	for _, tt := range []struct {
		mobile string
		at     time.Time
	}{{SampleMobile, SampleTime.Add(40 * time.Second)}, {"13900009999", SampleTime.Add(40 * time.Second)}} {
		t.Run(tt.mobile, func(t *testing.T) {
			c := SampleCase(AwaitingConfirmation)
			c.CodesAsked, c.CodeSeq, c.Personal.CodeMobile = []time.Time{SampleTime.Add(-20 * time.Second)}, 1, SampleMobile
			d := decide(t, c, Event{Kind: Confirmed, Form: form("mobile", tt.mobile)}).wantState(AwaitingCode)
			if j := d.wantJobs(JobSendCode)[0]; !j.At.Equal(tt.at) || j.rev != 2 {
				t.Errorf("%s: sent at %v as code %d, want 2", tt.mobile, j.At, j.rev)
			}
			if !d.Case.Code.AskedAt.Equal(tt.at) {
				t.Errorf("got a code asked for at %v, want %v", d.Case.Code.AskedAt, tt.at)
			}
		})
	}
}
