package flows

import (
	"strconv"
	"time"

	"shiming/cards"
)

// askFace offers a check by face. Where the evidence has no place for its result, nobody is asked for the face: the
// rung ends here.
func (d *decision) askFace() {
	d.goTo(AwaitingFace)
	d.dropFace()
	d.c.FormIssues = nil
	d.c.FaceCheck = &FaceCheck{Seq: d.c.faceFlows()}
	if f := d.c.FaceCheck; !d.policy.takesFace() {
		f.State, f.Problem = FaceStopped, faceNoScore
		d.c.FailedAnswer, d.c.FailedMethod = faceNoScore, Face
		d.detail("face", faceNoScore)
		d.rule("no score of the liveness check")
	}
}

// faceNoScore is the problem of a flow that may not begin: the supplier gives no score, and none is made up.
const faceNoScore = "face_no_score"

// takesFace reports whether the result of a check by face can be filed.
func (p *Policy) takesFace() bool { return p.FaceLiveScore == FaceLiveStatus }

// faceAsked begins a flow. The click is the applicant's agreement to this one check, apart from the consent.
func faceAsked(d *decision) {
	f := d.c.FaceCheck
	switch {
	case f == nil || f.State == FaceStopped || !d.policy.takesFace():
		d.refuse("no score of the liveness check", NewToast("face_stopped", nil))
		return
	case f.State == FaceAsking || f.State == FaceFetching:
		d.refuse("a flow is under way", NewToast("working", nil))
		return
	case f.Seq >= MaxFaceFlows:
		d.refuse("too many flows", NewToast("face_used_up", nil))
		return
	case d.event.At.Before(f.NotBefore):
		d.refuse("the supplier takes no more today", NewToast("face_wait", nil))
		return
	}
	d.c.dropFaceLink()
	d.c.FaceCheck = &FaceCheck{Seq: f.Seq + 1, State: FaceAsking, AgreedAt: d.event.At}
	d.detail("flow", strconv.Itoa(d.c.FaceCheck.Seq))
	d.detail("agreed", "face "+cards.FaceConsentVersion)
	d.job(OpenFace(d.c.FaceCheck.Seq))
	d.toast("face_asked")
	d.redraw(AudienceApplicant)
}

// faceFlow returns the flow of the event if it is in one of the states, and refuses the event otherwise: it is about a
// flow that has ended, or about another one.
func (d *decision) faceFlow(states ...FaceState) *FaceCheck {
	if f := d.c.FaceCheck; f != nil && int64(f.Seq) == d.event.Seq {
		for _, s := range states {
			if f.State == s {
				return f
			}
		}
	}
	d.refuse("not the flow of now", nil)
	return nil
}

// faceOpened shows the link.
func faceOpened(d *decision) {
	f := d.faceFlow(FaceAsking)
	if f == nil {
		return
	}
	d.c.Delayed = ""
	d.noteDisclosure("tencent_face")
	f.State, f.OpenedAt = FaceOpen, d.event.At
	d.c.Personal.FaceToken, d.c.Personal.FaceURL = d.event.Face.Token, d.event.Face.URL
	d.detail("flow", strconv.Itoa(f.Seq))
	d.job(FetchFace(f.Seq, d.event.At.Add(faceFirstLook)))
	d.redraw(AudienceApplicant)
}

// faceFirstLook is when the result is looked for although nobody came back: going through the page takes a minute.
const faceFirstLook = 2 * time.Minute

// faceReturned looks for the result because a browser came back. That proves nothing: only the supplier's answer
// counts.
func faceReturned(d *decision) {
	f := d.faceFlow(FaceOpen)
	if f == nil {
		return
	}
	if d.event.At.Sub(f.ReturnedAt) < FaceReturnPause {
		d.refuse("came back just now", nil)
		return
	}
	f.ReturnedAt, f.Looking = d.event.At, true
	d.job(LookForFace(f.Seq))
	d.redraw(AudienceApplicant)
}

// faceLookAsked looks for the result because the applicant says that the flow is finished. After a lost answer this is
// the applicant's decision to ask once more.
func faceLookAsked(d *decision) {
	f := d.c.FaceCheck
	switch {
	case f != nil && (f.State == FaceOpen || f.State == FaceUnknown):
	case f != nil && f.State == FaceFetching:
		d.refuse("the result is being fetched", NewToast("working", nil))
		return
	default:
		d.refuse("no flow is open", LateToast(d.policy, d.c))
		return
	}
	if d.event.At.Sub(f.ReturnedAt) < FaceReturnPause {
		d.refuse("looked for just now", NewToast("working", nil))
		return
	}
	if f.State == FaceUnknown {
		d.detail("decided", "asked for the result once more")
	}
	f.State, f.Problem, f.ReturnedAt, f.Looking = FaceOpen, "", d.event.At, true
	d.job(LookForFace(f.Seq))
	d.toast("face_looking")
	d.redraw(AudienceApplicant)
}

// faceClaimed stores the intent to fetch the result, which the supplier hands out once.
func faceClaimed(d *decision) {
	f := d.faceFlow(FaceOpen)
	if f == nil {
		return
	}
	f.State, f.Job = FaceFetching, d.event.Job
	d.change.Silent = true
}

// facePending ends an attempt that has fetched nothing: the flow is not finished, or the supplier has refused the call.
func facePending(d *decision) {
	f := d.faceFlow(FaceFetching)
	if f == nil {
		return
	}
	f.State, f.Job = FaceOpen, ""
	d.change.Silent = true
	if f.Looking || d.c.Delayed != "" {
		f.Looking, d.c.Delayed = false, ""
		d.redraw(AudienceApplicant)
	}
}

// faceLost notes that the answer with the result may be lost. Nobody asks again by itself.
func faceLost(d *decision) {
	f := d.faceFlow(FaceFetching)
	if f == nil {
		return
	}
	f.State, f.Job, f.Looking, f.Problem = FaceUnknown, "", false, "face_unknown"
	d.detail("flow", strconv.Itoa(f.Seq))
	d.redraw(AudienceApplicant)
}

// faceFailed ends a flow that gave no answer about the person. Another flow may follow, or another method.
func faceFailed(d *decision) {
	f := d.faceFlow(FaceFetching, FaceOpen)
	if f == nil {
		return
	}
	d.c.Delayed = ""
	d.c.dropFaceLink()
	f.State, f.Job, f.Looking, f.Problem = FaceEnded, "", false, d.event.Problem
	if d.event.After > 0 {
		f.NotBefore = d.event.At.Add(d.event.After)
	}
	d.c.FailedAnswer, d.c.FailedMethod = d.event.Problem, Face
	d.detail("flow", strconv.Itoa(f.Seq))
	d.detail("problem", d.event.Problem)
	d.detail("code", d.event.Serial)
	d.redraw(AudienceApplicant)
}

// faceChecked handles the supplier's answer about the face. The picture is kept with a match only.
func faceChecked(d *decision) {
	f := d.faceFlow(FaceFetching)
	if f == nil {
		return
	}
	d.detail("flow", strconv.Itoa(f.Seq))
	d.c.FaceCheck = &FaceCheck{Seq: f.Seq, AgreedAt: f.AgreedAt, OpenedAt: f.OpenedAt}
	d.c.dropFaceLink()
	if p := d.event.FacePicture; p != nil {
		d.c.Photos = append(d.c.Photos, Photo{
			ID:      p.ID,
			Kind:    string(FaceSide),
			State:   PhotoFace,
			Side:    FaceSide,
			SHA256:  p.SHA256,
			MD5:     p.MD5,
			Format:  p.Format,
			Changes: p.Changes,
			Bytes:   p.Bytes,
			Width:   p.Width,
			Height:  p.Height,
			At:      d.event.At,
		})
		d.detail("photo", p.ID)
		d.detail("sha256", p.SHA256)
	}
	if c := d.event.Check; c.Outcome == CheckMatch {
		d.detail("similarity", c.Similarity)
		d.detail("liveness", c.Liveness)
	}
	d.detail("charged", strconv.Itoa(d.event.Check.Charged))
	personChecked(d)
}

// faceRefused handles a name or number that the supplier does not take.
func faceRefused(d *decision) {
	if d.faceFlow(FaceAsking, FaceFetching) == nil {
		return
	}
	d.dropFace()
	checkRefused(d)
}
