package flows

import (
	"encoding/json"
	"strings"
	"time"
)

// JobKind names one effect. A job never decides: it performs and reports an event.
type JobKind string

// Kinds of jobs. Each has a constructor in job_kinds.go, which says what its jobs carry.
const (
	JobFetchPhoto JobKind = "fetch_photo"
	JobReadPhotos JobKind = "read_photos"
	JobContact    JobKind = "lookup_contact"
	JobSendCode   JobKind = "send_code"
	JobCheck      JobKind = "check_person"
	JobIdentity   JobKind = "record_identity"
	JobUpload     JobKind = "upload_photo"
	JobEvidence   JobKind = "file_evidence"
	JobShow       JobKind = "show"
	JobReply      JobKind = "reply"
	JobRemind     JobKind = "remind"
	JobExpire     JobKind = "expire"
	JobPurge      JobKind = "purge"
	JobRetryAll   JobKind = "retry_incident"
	JobRecount    JobKind = "recount"
	JobReconcile  JobKind = "reconcile"
)

// Queue groups jobs that must not starve each other: one upstream that hangs holds up its own. Groups take five
// messages a second, so that their cards wait in a queue of their own.
func (j Job) Queue() string {
	switch j.Kind {
	case JobFetchPhoto:
		return "fetch"
	case JobReadPhotos:
		return "ocr"
	case JobShow:
		if !strings.HasSuffix(j.ref, "/"+AudienceApplicant) {
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

// Job is one effect to perform after the commit. It holds ids and codes only. The constructors of job_kinds.go make
// jobs.
type Job struct {
	Kind JobKind
	Case string
	// To is the receiver of a reply: an id of the type ToType, or AudienceHR.
	To, ToType string // ToType: open_id | chat_id | message_id
	Args       map[Arg]string
	// Key names the job after its cause: the same in every attempt, never random.
	Key      string
	At       time.Time // earliest start; zero = at once
	Priority int       // 1 first … 4 last; 0 = 2
	// Set by the store when the job runs.
	ID      int64
	Attempt int // 1 for the first

	ref string // photo, side, surface, template, incident, night or scope, by kind
	rev int64  // revision, number of a code or page, by kind
}

// storedJob is a Job as the database keeps it. Older versions wrote the same.
type storedJob struct {
	Kind   JobKind        `json:"kind"`
	Case   string         `json:"case,omitempty"`
	Ref    string         `json:"ref,omitempty"`
	Rev    int64          `json:"rev,omitempty"`
	To     string         `json:"to,omitempty"`
	ToType string         `json:"to_type,omitempty"`
	Args   map[Arg]string `json:"args,omitempty"`
	Key    string         `json:"key,omitempty"`
}

// MarshalJSON writes what the database keeps; the store keeps the other fields in columns of their own.
func (j Job) MarshalJSON() ([]byte, error) {
	return json.Marshal(storedJob{j.Kind, j.Case, j.ref, j.rev, j.To, j.ToType, j.Args, j.Key})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (j *Job) UnmarshalJSON(raw []byte) error {
	var s storedJob
	if err := json.Unmarshal(raw, &s); err != nil {
		return err
	}
	*j = Job{
		Kind:   s.Kind,
		Case:   s.Case,
		ref:    s.Ref,
		rev:    s.Rev,
		To:     s.To,
		ToType: s.ToType,
		Args:   s.Args,
		Key:    s.Key,
	}
	return nil
}

// RetryLater is returned by Run when a job must run again. Everything else that Run returns
// is a bug or a lost database and is retried with the store's own backoff.
type RetryLater struct {
	In     time.Duration // earliest next start
	Snooze bool          // waiting, not failing: no attempt is used
	Code   string        // why; ids and codes only, safe to store and log
}

func (a *RetryLater) Error() string { return "again: " + a.Code }
