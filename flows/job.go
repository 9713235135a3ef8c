package flows

import (
	"strings"
	"time"
)

// JobKind names one effect. A job never decides: it performs and reports an event.
type JobKind string

const (
	JobFetchPhoto JobKind = "fetch_photo"     // Ref = photo id
	JobReadPhotos JobKind = "read_photos"     // all stored, unread photos of the case
	JobContact    JobKind = "lookup_contact"  // name and mobile from the directory
	JobSendCode   JobKind = "send_code"       // Rev = sequence number of the code
	JobCheck      JobKind = "check_person"    // three elements
	JobIdentity   JobKind = "record_identity" // Rev = attempt
	JobUpload     JobKind = "upload_photo"    // Ref = side
	JobEvidence   JobKind = "file_evidence"   // Rev = attempt
	JobShow       JobKind = "show"            // Ref = surface id
	JobReply      JobKind = "reply"           // Ref = template, To = receiver, Args = ids and codes
	JobRemind     JobKind = "remind"          // Rev = revision it belongs to
	JobExpire     JobKind = "expire"          // Rev = revision it belongs to
	JobPurge      JobKind = "purge"           // deletes photos (Ref "photos") or all personal data (Ref "all")
	JobRetryAll   JobKind = "retry_incident"  // Ref = incident
	JobRecount    JobKind = "recount"         // Ref = incident: its card says how many cases wait
	JobReconcile  JobKind = "reconcile"       // Ref = night (2006-01-02), Rev = page
)

// Queue groups jobs that must not starve each other: one upstream that hangs holds up its own. Groups take five messages a second, so
// that their cards wait in a queue of their own.
func (j Job) Queue() string {
	switch j.Kind {
	case JobFetchPhoto:
		return "fetch"
	case JobReadPhotos:
		return "ocr"
	case JobShow:
		if !strings.HasSuffix(j.Ref, "/"+AudienceApplicant) {
			return "groups"
		}
		return "cards"
	case JobReply:
		return "cards"
	case JobSendCode, JobCheck, JobIdentity:
		return "person"
	case JobUpload, JobEvidence:
		return "esign"
	}
	return "default"
}

// Job is one effect to perform after the commit. It holds ids and codes only.
type Job struct {
	Kind   JobKind           `json:"kind"`
	Case   string            `json:"case,omitempty"`
	Ref    string            `json:"ref,omitempty"`
	Rev    int64             `json:"rev,omitempty"`
	To     string            `json:"to,omitempty"`
	ToType string            `json:"to_type,omitempty"` // open_id | chat_id | message_id
	Args   map[string]string `json:"args,omitempty"`
	// Key names the job after its cause: the same in every attempt, never random.
	Key      string    `json:"key,omitempty"`
	At       time.Time `json:"-"` // earliest start; zero = at once
	Priority int       `json:"-"` // 1 first … 4 last; 0 = 2
	// Set by the store when the job runs.
	ID      int64 `json:"-"`
	Attempt int   `json:"-"` // 1 for the first
}

// Again is returned by Run when a job must run again. Everything else that Run returns
// is a bug or a lost database and is retried with the store's own backoff.
type Again struct {
	In     time.Duration // earliest next start
	Snooze bool          // waiting, not failing: no attempt is used
	Code   string        // why; ids and codes only, safe to store and log
}

func (a *Again) Error() string { return "again: " + a.Code }

// Templates of replies (Job.Ref).
const (
	ReplyGreeting     = "greeting"
	ReplyNotice       = "notice"
	ReplyLatest       = "latest"
	ReplyMyData       = "my_data"
	ReplyPhotoProblem = "photo_problem"
	ReplyReminder     = "reminder"
	ReplyDigest       = "digest"     // To hr: what waits, as one replyWaiting to each of HR's places
	ReplyPending      = "pending"    // what waits for HR, to who asked
	ReplyStats        = "stats"      //
	ReplyRemindAll    = "remind_all" // 催办
	ReplyReminded     = "reminded"   // what became of it
	ReplyReconcile    = "reconcile"  // what differs, to who asked; To hr: in the morning, as one replyDiffers to each of HR's places
	ReplyWaiting      = "waiting"    // what waits, if anything still does
	ReplyDiffers      = "differs"    // what differs, if anything still does
)
