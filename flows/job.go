package flows

import (
	"encoding/json"
	"strings"
	"time"
)

// JobKind names an effect. A job performs its effect and reports the result as an event; it makes no decision.
type JobKind string

// Kinds of jobs. Each has a constructor in job_kinds.go or beside its rules, which says what its jobs carry.
const (
	JobFetchPhoto    JobKind = "fetch_photo"
	JobReadPhotos    JobKind = "read_photos"
	JobContact       JobKind = "lookup_contact"
	JobSendCode      JobKind = "send_code"
	JobBank          JobKind = "look_up_bank"
	JobOpenFace      JobKind = "open_face"
	JobFetchFace     JobKind = "fetch_face"
	JobCheck         JobKind = "check_person"
	JobIdentity      JobKind = "record_identity"
	JobUpload        JobKind = "upload_photo"
	JobEvidence      JobKind = "file_evidence"
	JobShow          JobKind = "show"
	JobReply         JobKind = "reply"
	JobRemind        JobKind = "remind"
	JobExpire        JobKind = "expire"
	JobTakeEffect    JobKind = "take_effect"
	JobPurge         JobKind = "purge"
	JobRetryIncident JobKind = "retry_incident"
	JobRecount       JobKind = "recount"
	JobReconcile     JobKind = "reconcile"
	JobOriginal      JobKind = "show_original"
	JobRecall        JobKind = "recall_original"
	JobHandOver      JobKind = "hand_over"
	JobReplay        JobKind = "replay_handover"
	JobAccount       JobKind = "open_signing_account"
	JobEscalate      JobKind = "escalate"
	JobUrgent        JobKind = "call_urgently"
	JobMorning       JobKind = "morning"
	JobEndHold       JobKind = "end_hold"
	JobRemindQuery   JobKind = "remind_question"
	JobEndTalk       JobKind = "end_conversation"
	JobExport        JobKind = "export"
	JobRecallExport  JobKind = "recall_export"
	JobJoiners       JobKind = "invite_joiners"
	JobCompareName   JobKind = "compare_name"
	JobEraseLeaver   JobKind = "erase_leaver"
	JobSyncStaff     JobKind = "sync_staff"
	JobEndTenant     JobKind = "end_tenant"
	JobRetention     JobKind = "retention"
	JobResolve       JobKind = "resolve_campaign"
	JobCampaign      JobKind = "run_campaign"
	JobInvite        JobKind = "invite"
	JobChase         JobKind = "chase"
	JobListTemplate  JobKind = "send_list_template"

	JobRequestDue     JobKind = "request_due"
	JobEraseRequested JobKind = "erase_requested"
	JobPublishHead    JobKind = "publish_head"
	JobSendHeads      JobKind = "send_heads"
)

// Queue names the queue of the job. Each upstream has its own queue, so an upstream that does not answer delays only
// its own jobs. Cards for groups have their own queue as well, because Feishu limits a group to five messages a second.
func (j Job) Queue() string {
	switch j.Kind {
	case JobFetchPhoto:
		return "fetch"
	case JobReadPhotos:
		return "ocr"
	case JobShow:
		if strings.HasPrefix(j.ref, invitationPrefix) {
			return "invitations"
		}
		if !strings.HasSuffix(j.ref, "/"+AudienceApplicant) {
			return "groups"
		}
		return "cards"
	case JobReply, JobOriginal, JobRecall, JobRecallExport, JobUrgent, JobListTemplate:
		return "cards"
	case JobSendCode:
		return "sms"
	case JobBank, JobCheck, JobOpenFace, JobFetchFace:
		return "check"
	case JobIdentity:
		return "identity"
	case JobInvite, JobChase:
		return "invitations"
	case JobContact, JobResolve, JobCompareName, JobSyncStaff:
		return "directory"
	case JobUpload, JobEvidence:
		return "esign"
	case JobHandOver:
		return "handover"
	case JobSendHeads:
		return "heads"
	case JobAccount:
		return "account"
	case JobExport:
		return "export"
	}
	return "default"
}

// Job is an effect to perform after the commit. It holds ids and codes only, because the queue is not encrypted. The
// constructors in job_kinds.go create jobs.
type Job struct {
	Kind JobKind
	Case string
	// To is the receiver of a reply: an id of the type ToType, or AudienceHR.
	To, ToType string // ToType: open_id | chat_id | message_id
	Args       map[Arg]string
	// Key derives from the cause of the job. It is the same in every attempt and serves as an idempotency key.
	Key      string
	At       time.Time // earliest start; zero: at once
	Priority int       // 1 (first) to 4 (last); 0 means 2
	// Merge, if set, is the same for jobs of which one is enough: none is queued while another waits or runs.
	Merge string
	// The store sets ID, Attempt and Due when the job runs.
	ID      int64
	Attempt int       // 1 for the first attempt
	Due     time.Time // when the job was to run for the first time; zero for jobs of older versions

	ref string // by kind: id of a photo or surface, side, template, incident, night or scope
	rev int64  // by kind: revision of the case, sequence number of a code, or page
}

// storedJob is the JSON of a Job in the database. Jobs of older versions have the same keys.
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

// MarshalJSON writes a storedJob. The store keeps the remaining fields in columns.
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

// RetryLater is the error of a job that has to run again. Any other error of a job is a bug or a failure of the
// database, which the store retries with its own backoff.
type RetryLater struct {
	In     time.Duration // time until the next start
	Snooze bool          // the job waits and has not failed: the attempt does not count
	Code   string        // reason; ids and codes only, so that it can be stored and logged
}

func (a *RetryLater) Error() string { return "again: " + a.Code }
