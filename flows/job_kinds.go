package flows

import (
	"maps"
	"time"

	"shiming/idcard"
)

// FetchPhoto downloads, inspects and stores one photo.
func FetchPhoto(photoID string) Job { return Job{Kind: JobFetchPhoto, ref: photoID} }

// PhotoID is the photo of FetchPhoto.
func (j Job) PhotoID() string { return j.ref }

// ReadPhotos has the OCR read all stored, unread photos of the case. Priority is 1 (first) to 4, 0 = 2.
func ReadPhotos(priority int) Job { return Job{Kind: JobReadPhotos, Priority: priority} }

// LookUpContact fetches name and mobile from the directory.
func LookUpContact() Job { return Job{Kind: JobContact} }

// SendCode sends the code with the sequence number, at a moment or at once.
func SendCode(seq int, at time.Time) Job { return Job{Kind: JobSendCode, rev: int64(seq), At: at} }

// CodeSeq is the sequence number of SendCode.
func (j Job) CodeSeq() int64 { return j.rev }

// CheckPerson asks the supplier about name, number and mobile, in the step that began with the revision.
func CheckPerson(rev int64) Job { return Job{Kind: JobCheck, rev: rev} }

// Revision is the case's revision to which CheckPerson, Remind, Expire or a reminder's reply belongs; 0 = any.
func (j Job) Revision() int64 { return j.rev }

// RecordIdentity writes the identity to Feishu.
func RecordIdentity() Job { return Job{Kind: JobIdentity} }

// UploadPhoto hands one side to e签宝.
func UploadPhoto(side idcard.Side) Job { return Job{Kind: JobUpload, ref: string(side)} }

// Side is the side of UploadPhoto.
func (j Job) Side() idcard.Side { return idcard.Side(j.ref) }

// FileEvidence creates the evidence point.
func FileEvidence() Job { return Job{Kind: JobEvidence} }

// ShowSurface draws a surface. caseID is empty for a board.
func ShowSurface(caseID, surfaceID string) Job {
	return Job{Kind: JobShow, Case: caseID, ref: surfaceID}
}

// SurfaceID is the surface of ShowSurface.
func (j Job) SurfaceID() string { return j.ref }

// Remind reminds whose turn it is, if the case still has the revision.
func Remind(rev int64, at time.Time) Job { return Job{Kind: JobRemind, rev: rev, At: at} }

// Expire ends the case, if it still has the revision.
func Expire(rev int64, at time.Time) Job { return Job{Kind: JobExpire, rev: rev, At: at} }

// PurgeScope is what a purge deletes.
type PurgeScope string

// Scopes of a purge.
const (
	PurgePhotos PurgeScope = "photos"
	PurgeAll    PurgeScope = "all" // everything personal
)

// Purge deletes photos or everything personal of the case.
func Purge(scope PurgeScope, at time.Time) Job {
	return Job{Kind: JobPurge, ref: string(scope), At: at}
}

// Scope is what Purge deletes.
func (j Job) Scope() PurgeScope { return PurgeScope(j.ref) }

// RetryIncident goes on with the other cases that wait for the same cause.
func RetryIncident(incident string) Job { return Job{Kind: JobRetryAll, ref: incident} }

// RecountIncident draws the card that says how many cases wait for a cause. caseID is one of them.
func RecountIncident(caseID, incident string, at time.Time) Job {
	return Job{
		Kind: JobRecount,
		Case: caseID,
		ref:  incident,
		At:   at,
	}
}

// Incident is the cause of RetryIncident and RecountIncident.
func (j Job) Incident() string { return j.ref }

// Reconcile compares one page of a tenant's cases with the platforms. night is 2006-01-02.
func Reconcile(tenantKey, night string, page int64, at time.Time) Job {
	return Job{
		Kind: JobReconcile,
		ref:  night,
		rev:  page,
		At:   at,
		Args: map[Arg]string{ArgTenant: tenantKey},
	}
}

// Night is the night of Reconcile, as 2006-01-02.
func (j Job) Night() string { return j.ref }

// Page is the page of Reconcile, from 0.
func (j Job) Page() int64 { return j.rev }

// Template names what a reply says.
type Template string

// Templates of replies.
const (
	ReplyGreeting     Template = "greeting"
	ReplyNotice       Template = "notice"
	ReplyLatest       Template = "latest"
	ReplyMyData       Template = "my_data"
	ReplyPhotoProblem Template = "photo_problem"
	ReplyReminder     Template = "reminder"
	ReplyDigest       Template = "digest"     // To AudienceHR: what waits, as one ReplyWaiting to each of HR's places
	ReplyPending      Template = "pending"    // what waits for HR, to who asked
	ReplyStats        Template = "stats"      // figures, to who asked
	ReplyRemindAll    Template = "remind_all" // 催办
	ReplyReminded     Template = "reminded"   // what became of 催办
	// what differs, to who asked; To AudienceHR: as one ReplyDiffers to each of HR's places
	ReplyReconcile Template = "reconcile"
	ReplyWaiting   Template = "waiting" // what waits, if anything still does
	ReplyDiffers   Template = "differs" // what differs, if anything still does
)

// Reply sends a card once.
func Reply(template Template) Job { return Job{Kind: JobReply, ref: string(template)} }

// Reminder reminds the applicant, if the case still has the revision.
func Reminder(rev int64) Job { return Job{Kind: JobReply, ref: string(ReplyReminder), rev: rev} }

// Towards addresses a reply to a receiver.
func (j Job) Towards(to Receiver) Job {
	j.To, j.ToType = to.ID, to.Type
	return j
}

// ToHR addresses a digest to HR, wherever HR's cards go.
func (j Job) ToHR() Job {
	j.To = AudienceHR
	return j
}

// Template is what Reply says.
func (j Job) Template() Template { return Template(j.ref) }

// Arg names an argument of a job. Values are ids, codes, figures and times.
type Arg string

// Arguments of jobs.
const (
	ArgTenant  Arg = "tenant"   // tenant key of whom the reply is for, or of Reconcile
	ArgWho     Arg = "who"      // open_id of whom the reply is for
	ArgCode    Arg = "code"     // ReplyNotice: id of the text
	ArgHelp    Arg = "help"     // ReplyGreeting: "1" if help was asked for
	ArgNow     Arg = "now"      // ReplyDigest: "1" if it does not wait for its slot
	ArgProblem Arg = "problem"  // ReplyPhotoProblem: id of the text
	ArgPhoto   Arg = "photo"    // ReplyPhotoProblem: photo id
	ArgSent    Arg = "sent"     // ReplyReminded: how many
	ArgTooSoon Arg = "too_soon" // ReplyReminded: how many
	ArgCapped  Arg = "capped"   // ReplyReminded: how many
	ArgAt      Arg = "at"       // ReplyReminded: RFC 3339
	ArgClicked Arg = "clicked"  // ShowSurface: message that was clicked, where it was not the surface's own
)

// Of says which case the job is about.
func (j Job) Of(caseID string) Job {
	j.Case = caseID
	return j
}

// With adds an argument.
func (j Job) With(a Arg, value string) Job {
	j.Args = maps.Clone(j.Args)
	if j.Args == nil {
		j.Args = map[Arg]string{}
	}
	j.Args[a] = value
	return j
}

// For notes whom a reply is for.
func (j Job) For(tenantKey, openID string) Job {
	return j.With(ArgTenant, tenantKey).With(ArgWho, openID)
}
