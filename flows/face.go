package flows

import (
	"time"

	"shiming/idcard"
)

// FaceCheck is the progress of a check by face. The link of the flow is personal: Personal.FaceURL, Personal.FaceToken.
type FaceCheck struct {
	Seq   int       `json:"seq"` // number of the flow within the case, from 1; 0 before the first
	State FaceState `json:"state,omitempty"`
	// AgreedAt is when the applicant agreed to this flow, apart from the consent to the whole.
	AgreedAt   time.Time `json:"agreed_at,omitzero"`
	OpenedAt   time.Time `json:"opened_at,omitzero"`   // when the supplier began the flow
	ReturnedAt time.Time `json:"returned_at,omitzero"` // when a browser came back last
	Looking    bool      `json:"looking,omitempty"`    // somebody waits for the result
	Job        string    `json:"job,omitempty"`        // the job that fetches the result
	Problem    string    `json:"problem,omitempty"`    // why the last flow gave no result (texts "face_problem.<code>")
	NotBefore  time.Time `json:"not_before,omitzero"`  // earliest time of another flow
}

// FaceState is the progress of a flow.
type FaceState string

// States of a flow. The zero value is a flow that nobody has agreed to yet.
const (
	FaceOffered  FaceState = ""
	FaceStopped  FaceState = "stopped"  // the evidence has no place for its result: no flow may begin
	FaceAsking   FaceState = "asking"   // the supplier is asked for a link
	FaceOpen     FaceState = "open"     // the applicant has a link
	FaceFetching FaceState = "fetching" // the result is fetched, which can be done once
	FaceUnknown  FaceState = "unknown"  // the answer with the result was lost: the applicant decides
	FaceEnded    FaceState = "ended"    // without a result, because of Problem
)

// FaceLiveScore says what stands for the score of the liveness check, which e签宝 requires and the supplier does not
// give.
type FaceLiveScore string

// Values of FaceLiveScore.
const (
	FaceLiveStatus FaceLiveScore = "status" // the supplier's status, as it came
	FaceLiveStop   FaceLiveScore = "stop"   // nothing: nobody is asked for the face
)

// FaceOpening is the flow that the supplier has begun (FaceOpened).
type FaceOpening struct{ Token, URL string }

// FaceLink is what the return address of a flow names.
type FaceLink struct {
	CaseID string
	Seq    int
}

const (
	// FaceLinkLife is how long a flow can be gone through.
	FaceLinkLife = 2 * time.Hour
	// FaceGrace is how long after that the supplier may still have to store the result.
	FaceGrace = 5 * time.Minute
	// MaxFaceFlows limits the flows of one case. The supplier charges most of those that end.
	MaxFaceFlows = 10
	// FaceReturnPause is the least time between two returns that make the bot look for the result.
	FaceReturnPause = 5 * time.Second
)

// FaceSide is the side under which the picture of the face is uploaded.
const FaceSide idcard.Side = "face"

// PhotoFace is the state of the picture of the face. It is neither read nor shown to anybody.
const PhotoFace PhotoState = "face"

// FacePicture describes the best frame of a flow (PersonChecked). The store has its bytes.
type FacePicture struct {
	ID, SHA256, MD5, Format, Changes string

	Bytes, Width, Height int
}

// Uploadable returns the photo that is uploaded for a side; nil if there is none.
func (c *Case) Uploadable(side idcard.Side) *Photo {
	if side != FaceSide {
		return c.PhotoOf(side)
	}
	for i := range c.Photos {
		if p := &c.Photos[i]; p.State == PhotoFace {
			return p
		}
	}
	return nil
}

// UploadSides returns the sides that the evidence of the case needs at e签宝.
func (c *Case) UploadSides() []idcard.Side {
	sides := []idcard.Side{idcard.Front, idcard.Back}
	if c.Method == Face {
		sides = append(sides, FaceSide)
	}
	return sides
}

// sendsCode reports whether the method has a code sent to the mobile number.
func (m Method) sendsCode() bool { return m == ThreeElements || m == BankCardFour }

// faceFlows is the number of flows that were begun in the case.
func (c *Case) faceFlows() int {
	if c.FaceCheck == nil {
		return 0
	}
	return c.FaceCheck.Seq
}

// dropFace ends what a flow has left: its link, and the picture of the face. A result that is under way belongs to no
// flow then.
func (d *decision) dropFace() {
	for i := range d.c.Photos {
		if p := &d.c.Photos[i]; p.State == PhotoFace {
			d.dropPhoto(p)
		}
	}
	delete(d.c.Uploads, string(FaceSide))
	d.c.dropFaceLink()
	if d.c.FaceCheck != nil {
		d.c.FaceCheck = &FaceCheck{Seq: d.c.FaceCheck.Seq, NotBefore: d.c.FaceCheck.NotBefore}
	}
}

// dropFaceLink deletes the link of a flow.
func (c *Case) dropFaceLink() { c.Personal.FaceURL, c.Personal.FaceToken = "", "" }
