package flows

import (
	"slices"
	"testing"
	"time"

	"shiming/cards"
)

// takingFaces is a policy whose ladder ends with the face, to which the sample cases have consented.
func takingFaces(c *Case) func(*Policy) {
	return func(p *Policy) {
		p.Ladder = []Method{ThreeElements, BankCardFour, Face}
		p.FaceLiveScore = FaceLiveStatus
		c.Consent.Hash = p.Agreement.Hash()
	}
}

// byFace returns a case that waits for the face, in the state of a flow.
func byFace(s FaceState) *Case {
	c := SampleCase(AwaitingFace)
	c.FaceCheck.State = s
	if s != FaceOpen && s != FaceFetching {
		c.Personal.FaceToken, c.Personal.FaceURL = "", ""
	}
	return c
}

// faceEvent is an event of the first flow.
func faceEvent(k Kind) Event { return Event{Kind: k, Seq: 1, At: SampleTime} }

// faceMatch is the supplier's answer about somebody who matches.
func faceMatch() Event {
	e := faceEvent(PersonChecked)
	e.Check = &Check{
		Method: Face, Outcome: CheckMatch, Detail: "0", Supplier: "腾讯云", Serial: "token-1", At: SampleTime,
		Similarity: "92.31", Liveness: "0", Charged: 1,
	}
	e.FacePicture = &FacePicture{ID: "face1", SHA256: "c", MD5: "d", Format: "jpeg", Changes: UnchangedPhoto, Bytes: 9}
	return e
}

func TestFaceBegins(t *testing.T) {
	c := byFace(FaceOffered)
	c.FaceCheck = &FaceCheck{}
	d := decide(t, c, Event{Kind: FaceAsked, Role: Applicant, Actor: c.OpenID}, takingFaces(c)).wantStay()
	jobs := d.wantJobs(JobOpenFace)
	if f := d.Case.FaceCheck; f.Seq != 1 || f.State != FaceAsking || !f.AgreedAt.Equal(SampleTime) || jobs[0].FaceSeq() != 1 {
		t.Errorf("got %+v, want the first flow, agreed to now", f)
	}
	d.wantToast("face_asked").wantDetail("agreed", "face "+cards.FaceConsentVersion, "flow", "1")

	e := faceEvent(FaceOpened)
	e.Face = &FaceOpening{Token: "token-1", URL: "https://face.example.com/1"}
	d = decide(t, d.Case, e, takingFaces(c)).wantStay()
	if jobs := d.wantJobs(JobFetchFace); jobs[0].LooksOnce() || !jobs[0].At.Equal(SampleTime.Add(2*time.Minute)) {
		t.Errorf("got %+v, want a look in two minutes though nobody returns", jobs[0])
	}
	card := ApplicantCard(d.Case, ViewContext{Now: SampleTime, Policy: SamplePolicy()}).(cards.Face)
	if card.URL != "https://face.example.com/1" || !card.Until.Equal(SampleTime.Add(FaceLinkLife)) {
		t.Errorf("got the card %+v", card)
	}
	if last := d.Case.Sent[len(d.Case.Sent)-1]; last.To != "tencent_face" {
		t.Errorf("got the disclosure %+v", last)
	}
}

func TestFaceMatches(t *testing.T) {
	c := byFace(FaceFetching)
	d := decide(t, c, faceMatch(), takingFaces(c)).wantState(AwaitingReview)
	p := d.Case.Uploadable(FaceSide)
	if p == nil || p.ID != "face1" || p.SHA256 != "c" || d.Case.Personal.FaceURL != "" || d.Case.Personal.FaceToken != "" {
		t.Fatalf("got the picture %+v", p)
	}
	d.wantDetail("similarity", "92.31", "liveness", "0", "charged", "1", "outcome", "match", "serial", "token-1", "photo",
		"face1")
	if got := d.Case.UploadSides(); !slices.Contains(got, FaceSide) || len(got) != 3 {
		t.Errorf("got the sides %v, want the face besides the card", got)
	}
	if len(Originals(d.Case)) != 2 {
		t.Errorf("got %d originals for HR, want the two sides of the card", len(Originals(d.Case)))
	}
	review := HRCard(d.Case, ViewContext{Now: SampleTime, Policy: SamplePolicy()}).(cards.Review)
	if review.Similarity != "92.31" || review.Method != "face" {
		t.Errorf("got the similarity %q by %q", review.Similarity, review.Method)
	}
}

// TestFaceDiffers: a mismatch counts, leads to the form, and is not repeated by itself.
func TestFaceDiffers(t *testing.T) {
	for outcome, says := range map[CheckOutcome]string{CheckMismatch: "face", CheckNoRecord: "face_no_record"} {
		c := byFace(FaceFetching)
		e := faceMatch()
		e.Check.Outcome, e.FacePicture = outcome, nil
		d := decide(t, c, e, takingFaces(c)).wantState(AwaitingConfirmation)
		if d.Case.Mismatch != says || d.Case.FailedChecks != 1 || d.Case.Method != Face ||
			d.Case.Uploadable(FaceSide) != nil {
			t.Errorf("%s: got %q after %d failed checks by %s", outcome, d.Case.Mismatch, d.Case.FailedChecks, d.Case.Method)
		}
	}
}

// TestFaceEventsOfAnotherFlow: what belongs to an earlier flow, or to one that is not in this state, changes nothing.
func TestFaceEventsOfAnotherFlow(t *testing.T) {
	for _, k := range []Kind{
		FaceOpened, FaceReturned, FaceClaimed, FacePending, FaceLost, FaceFailed, PersonChecked, CheckRefused,
	} {
		for _, s := range []FaceState{FaceOffered, FaceStopped, FaceAsking, FaceOpen, FaceFetching, FaceUnknown, FaceEnded} {
			c := byFace(s)
			c.FaceCheck.Seq = 2
			e := faceMatch()
			e.Kind, e.Face, e.Field = k, &FaceOpening{Token: "t", URL: "u"}, "identity_name"
			decide(t, c, e, takingFaces(c)).wantRefused("not the flow of now", "")
		}
	}
	c := byFace(FaceOpen) // nobody has claimed it
	decide(t, c, faceMatch(), takingFaces(c)).wantRefused("not the flow of now", "")
	c = byFace(FaceEnded)
	decide(t, c, faceEvent(FaceReturned), takingFaces(c)).wantRefused("not the flow of now", "")
}

// TestFaceIsNeverTheOnlyWay: in every state of a flow the other methods and HR can be reached, and nothing of the face is
// kept then.
func TestFaceIsNeverTheOnlyWay(t *testing.T) {
	for _, s := range []FaceState{FaceOffered, FaceStopped, FaceAsking, FaceOpen, FaceFetching, FaceUnknown, FaceEnded} {
		c := byFace(s)
		p := SamplePolicy()
		takingFaces(c)(p)
		card := ApplicantCard(c, ViewContext{Now: SampleTime, Policy: p}).(cards.Face)
		if !card.AskHR || !slices.Equal(card.Others, []string{"three_elements", "bank_card_four"}) {
			t.Errorf("%q: the card offers %v, HR: %t", s, card.Others, card.AskHR)
		}
		leave := map[Kind]State{HelpAsked: AwaitingReview, EditAsked: AwaitingConfirmation, MethodChosen: AwaitingConfirmation}
		for k, to := range leave {
			e := Event{Kind: k, Role: Applicant, Actor: c.OpenID, Method: BankCardFour}
			own := byFace(s)
			d := decide(t, own, e, takingFaces(own)).wantState(to)
			if got := d.Case; got.Personal.FaceURL != "" || got.Personal.FaceToken != "" || got.FaceCheck.State != FaceOffered {
				t.Errorf("%q × %s: a link is kept", s, k)
			}
			if k == HelpAsked && (!d.Case.Help.Face || d.Case.Help.Answer == "") {
				t.Errorf("%q: HR hears %+v", s, d.Case.Help)
			}
		}
	}
}

// TestFaceGoesWithThePhotos: the picture is deleted by the photos' rule, and as soon as nothing will be filed with it.
func TestFaceGoesWithThePhotos(t *testing.T) {
	c := byFace(FaceFetching)
	matched := decide(t, c, faceMatch(), takingFaces(c)).Case
	sentBack := matched.clone()
	sentBack.Consent.Hash = c.Consent.Hash
	d := decide(t, sentBack, Event{Kind: SentBack, Role: HR, Actor: "ou_hr1", Form: cards.Form{Reason: text("details_wrong")}},
		takingFaces(sentBack)).wantState(AwaitingConfirmation)
	again := d.Case
	d = decide(t, again, Event{Kind: Confirmed, Role: Applicant, Actor: again.OpenID, Form: cards.Form{
		IdentityName: text(SampleName), IdentityCode: text(SampleNumber),
	}}, takingFaces(again)).wantState(AwaitingFace)
	if !slices.Contains(d.DropPictures, "face1") || d.Case.Uploadable(FaceSide) != nil {
		t.Errorf("got %v deleted, want the picture that no submission has", d.DropPictures)
	}
	ended := matched.clone()
	ended.State, ended.Outcome = Done, "done"
	d = decide(t, ended, Event{Kind: PhotosPurged, Field: string(PurgePhotos)})
	if !slices.Contains(d.DropPictures, "face1") || len(d.DropPictures) != 3 {
		t.Errorf("got %v deleted, want all three pictures", d.DropPictures)
	}
}

func text(s string) *string { return &s }

// TestFaceLimits: the flows of a case are counted, and a supplier that wants a pause gets it.
func TestFaceLimits(t *testing.T) {
	ask := Event{Kind: FaceAsked, Role: Applicant, At: SampleTime}
	c := byFace(FaceEnded)
	c.FaceCheck.Seq, ask.Actor = MaxFaceFlows, c.OpenID
	decide(t, c, ask, takingFaces(c)).wantRefused("too many flows", "face_used_up")
	c = byFace(FaceFetching)
	failed := faceEvent(FaceFailed)
	failed.Problem, failed.Serial, failed.After = "face_too_often_today", "2018", 30*time.Minute
	d := decide(t, c, failed, takingFaces(c)).wantStay()
	d.wantDetail("problem", "face_too_often_today", "code", "2018")
	waiting := d.Case
	decide(t, waiting, ask, takingFaces(waiting)).wantRefused("the supplier takes no more today", "face_wait")
	later := ask
	later.At = SampleTime.Add(30 * time.Minute)
	decide(t, waiting, later, takingFaces(waiting)).wantJobs(JobOpenFace)
	for _, s := range []FaceState{FaceAsking, FaceFetching} {
		c := byFace(s)
		decide(t, c, ask, takingFaces(c)).wantRefused("a flow is under way", "working")
	}
}

// TestFaceWithoutScore: where the evidence has no place for the result nobody is asked for the face, however the case
// comes there.
func TestFaceWithoutScore(t *testing.T) {
	stop := func(c *Case) func(*Policy) {
		return func(p *Policy) {
			takingFaces(c)(p)
			p.FaceLiveScore = FaceLiveStop
		}
	}
	c := SampleCase(AwaitingConfirmation)
	c.Method = Face
	form := cards.Form{IdentityName: text(SampleName), IdentityCode: text(SampleNumber)}
	d := decide(t, c, Event{Kind: Confirmed, Role: Applicant, Actor: c.OpenID, Form: form}, stop(c)).wantState(AwaitingFace)
	if f := d.Case.FaceCheck; f.State != FaceStopped || f.Problem != "face_no_score" || d.Case.FailedAnswer != "face_no_score" {
		t.Errorf("got %+v", f)
	}
	stopped := d.Case
	ask := Event{Kind: FaceAsked, Role: Applicant, Actor: c.OpenID}
	decide(t, stopped, ask, stop(stopped)).wantRefused("no score of the liveness check", "face_stopped")
	offered := byFace(FaceOffered) // before the setting was changed
	decide(t, offered, ask, stop(offered)).wantRefused("no score of the liveness check", "face_stopped")
	p := SamplePolicy()
	stop(offered)(p)
	if got := p.OtherRungs(SampleCase(AwaitingConfirmation)); slices.Contains(got, Face) {
		t.Errorf("the form offers %v", got)
	}
}

// TestFaceLookedFor: a return, or the applicant's word, makes the bot look, and not more often than it helps.
func TestFaceLookedFor(t *testing.T) {
	c := byFace(FaceOpen)
	d := decide(t, c, faceEvent(FaceReturned), takingFaces(c)).wantStay()
	if jobs := d.wantJobs(JobFetchFace); !jobs[0].LooksOnce() {
		t.Error("want one look")
	}
	looked := d.Case
	decide(t, looked, faceEvent(FaceReturned), takingFaces(looked)).wantRefused("came back just now", "")
	click := Event{Kind: FaceLookAsked, Role: Applicant, Actor: c.OpenID}
	decide(t, looked, click, takingFaces(looked)).wantRefused("looked for just now", "working")
	lost := byFace(FaceUnknown)
	d = decide(t, lost, click, takingFaces(lost)).wantStay()
	d.wantJobs(JobFetchFace)
	d.wantDetail("decided", "asked for the result once more")
	offered := byFace(FaceOffered)
	if d := decide(t, offered, click, takingFaces(offered)); d.Case != nil {
		t.Error("there is nothing to look for")
	}
}
