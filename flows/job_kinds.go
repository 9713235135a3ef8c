package flows

import (
	"maps"
	"strconv"
	"time"

	"shiming/idcard"
)

// FetchPhoto downloads, inspects and stores one photo.
func FetchPhoto(photoID string) Job { return Job{Kind: JobFetchPhoto, ref: photoID} }

// PhotoID returns the argument of FetchPhoto.
func (j Job) PhotoID() string { return j.ref }

// ReadPhotos has the OCR read all stored photos of the case that no other job has claimed. See Job.Priority.
func ReadPhotos(priority int) Job { return Job{Kind: JobReadPhotos, Priority: priority} }

// LookUpContact fetches name and mobile number from Feishu's directory.
func LookUpContact() Job { return Job{Kind: JobContact} }

// SendCode sends the code with the sequence number, not before at.
func SendCode(seq int, at time.Time) Job { return Job{Kind: JobSendCode, rev: int64(seq), At: at} }

// CodeSeq returns the sequence number of SendCode.
func (j Job) CodeSeq() int64 { return j.rev }

// LookUpBank asks which bank has issued the bank card. seq is that of BankCard.
func LookUpBank(seq int) Job { return Job{Kind: JobBank, rev: int64(seq)} }

// BankSeq returns the sequence number of LookUpBank.
func (j Job) BankSeq() int64 { return j.rev }

// OpenFace asks the supplier for the link of a flow for a face. seq is that of FaceCheck.
func OpenFace(seq int) Job { return Job{Kind: JobOpenFace, rev: int64(seq)} }

// FetchFace fetches the result of a flow, not before at, and asks again until the flow is over.
func FetchFace(seq int, at time.Time) Job { return Job{Kind: JobFetchFace, rev: int64(seq), At: at} }

// LookForFace fetches the result of a flow at once. Without a result it ends after some attempts.
func LookForFace(seq int) Job { return Job{Kind: JobFetchFace, ref: "once", rev: int64(seq)} }

// FaceSeq returns the sequence number of OpenFace, FetchFace and LookForFace.
func (j Job) FaceSeq() int64 { return j.rev }

// LooksOnce reports whether the job is a LookForFace.
func (j Job) LooksOnce() bool { return j.ref == "once" }

// CheckPerson asks the supplier about the elements of the case's method. rev is the revision with which the case
// entered Checking.
func CheckPerson(rev int64) Job { return Job{Kind: JobCheck, rev: rev} }

// Revision returns the revision of the case to which CheckPerson, Remind, Expire, TakeEffect, Reminder or ShowOriginal
// belongs; 0 means any.
func (j Job) Revision() int64 { return j.rev }

// RecordIdentity writes the identity of the person to Feishu.
func RecordIdentity() Job { return Job{Kind: JobIdentity} }

// UploadPhoto uploads the photo of one side to e签宝.
func UploadPhoto(side idcard.Side) Job { return Job{Kind: JobUpload, ref: string(side)} }

// Side returns the argument of UploadPhoto.
func (j Job) Side() idcard.Side { return idcard.Side(j.ref) }

// FileEvidence creates the evidence point at e签宝.
func FileEvidence() Job { return Job{Kind: JobEvidence} }

// ShowSurface sends or patches the message of a surface. caseID is empty for a board.
func ShowSurface(caseID, surfaceID string) Job {
	return Job{Kind: JobShow, Case: caseID, ref: surfaceID}
}

// SurfaceID returns the surface of ShowSurface, ShowOriginal, RecallOriginal and CallUrgently.
func (j Job) SurfaceID() string { return j.ref }

// ShowOriginal sends the original photos of the case to the admin of the surface, if the case still has the revision.
func ShowOriginal(surfaceID string, rev int64, reason string, until time.Time) Job {
	return Job{Kind: JobOriginal, ref: surfaceID, rev: rev}.
		With(ArgReason, reason).With(ArgUntil, until.UTC().Format(time.RFC3339))
}

// EndLook recalls the message of a look when its time is over.
func EndLook(surfaceID string, until time.Time) Job {
	j := RecallOriginal(surfaceID)
	j.At = until
	return j.With(ArgUntil, until.UTC().Format(time.RFC3339))
}

// RecallOriginal recalls the message of a look at once.
func RecallOriginal(surfaceID string) Job { return Job{Kind: JobRecall, ref: surfaceID} }

// Remind reports ReminderDue at the given time, if the case still has the revision.
func Remind(rev int64, at time.Time) Job { return Job{Kind: JobRemind, rev: rev, At: at} }

// Expire reports ExpiryDue at the given time, if the case still has the revision.
func Expire(rev int64, at time.Time) Job { return Job{Kind: JobExpire, rev: rev, At: at} }

// TakeEffect reports DecisionDue at the given time, if the case still has the revision.
func TakeEffect(rev int64, at time.Time) Job { return Job{Kind: JobTakeEffect, rev: rev, At: at} }

// EndHold reports HoldEnded at the given time.
func EndHold(at time.Time) Job { return Job{Kind: JobEndHold, At: at} }

// RemindQuestion reports QuestionDue at the given time.
func RemindQuestion(at time.Time) Job { return Job{Kind: JobRemindQuery, At: at} }

// EndConversation reports TalkDue at the given time.
func EndConversation(at time.Time) Job { return Job{Kind: JobEndTalk, At: at} }

// HandOver tells another system of the evidence point of the case.
func HandOver() Job { return Job{Kind: JobHandOver} }

// OpenSigningAccount opens an account for the person at e签宝's SDK 3.0 service.
func OpenSigningAccount() Job { return Job{Kind: JobAccount} }

// ReplayHandover hands the evidence point of a case on again, with the webhook-id that it had; with an empty id those of
// all cases that were given up.
func ReplayHandover(caseID string) Job { return Job{Kind: JobReplay, Case: caseID} }

// PurgeScope names the data that a purge deletes.
type PurgeScope string

// Scopes of a purge.
const (
	PurgePhotos PurgeScope = "photos"
	PurgeAll    PurgeScope = "all" // everything personal
)

// Purge deletes photos or all personal data of the case, not before at.
func Purge(scope PurgeScope, at time.Time) Job {
	return Job{Kind: JobPurge, ref: string(scope), At: at}
}

// Scope returns the scope of Purge.
func (j Job) Scope() PurgeScope { return PurgeScope(j.ref) }

// RetryIncident retries the other cases that wait for the same cause.
func RetryIncident(incident string) Job { return Job{Kind: JobRetryIncident, ref: incident} }

// RecountIncident redraws HR's card with the number of cases that wait for the cause. caseID is one of them.
func RecountIncident(caseID, incident string, at time.Time) Job {
	return Job{
		Kind: JobRecount,
		Case: caseID,
		ref:  incident,
		At:   at,
	}
}

// Incident returns the cause of RetryIncident and RecountIncident.
func (j Job) Incident() string { return j.ref }

// Reconcile compares one page of a tenant's cases with the platforms. night is a name of RunDateOf; pages count from 0.
func Reconcile(tenantKey, night string, page int64, at time.Time) Job {
	return Job{
		Kind: JobReconcile,
		ref:  night,
		rev:  page,
		At:   at,
		Args: map[Arg]string{ArgTenant: tenantKey},
	}
}

// Morning sends HR the cards of a day's morning. day is a name of RunDateOf.
func Morning(tenantKey, day string, at time.Time) Job {
	return Job{Kind: JobMorning, ref: day, At: at, Args: map[Arg]string{ArgTenant: tenantKey}}
}

// Retention deletes what is overdue of a tenant's cases, and what is kept of people who have left, beginning after a
// case; "" for the first page. day is a name of RunDateOf.
func Retention(tenantKey, day, after string, at time.Time) Job {
	j := Job{Kind: JobRetention, ref: day, At: at, Priority: 4, Args: map[Arg]string{ArgTenant: tenantKey}}
	if after != "" {
		j.Args[ArgAfter] = after
	}
	return j
}

// RunDate returns the night of Reconcile, the day of Morning or of Retention, as 2006-01-02.
func (j Job) RunDate() string { return j.ref }

// Page returns the page of Reconcile, EndTenant or SyncStaff, from 0.
func (j Job) Page() int64 { return j.rev }

// Escalate does a step about the tenant's overdue cases. One job is enough for all cases that ask for it.
func Escalate(tenantKey string, step EscalationStep) Job {
	return Job{
		Kind:  JobEscalate,
		rev:   int64(step),
		Args:  map[Arg]string{ArgTenant: tenantKey},
		Merge: "escalate/" + tenantKey + "/" + strconv.FormatInt(int64(step), 10),
	}
}

// Step returns the step of Escalate.
func (j Job) Step() EscalationStep { return EscalationStep(j.rev) }

// CallUrgently sends the message of an admin's surface by 加急.
func CallUrgently(tenantKey, surfaceID string) Job {
	return Job{Kind: JobUrgent, ref: surfaceID, Args: map[Arg]string{ArgTenant: tenantKey}}
}

// Template names the card that a reply sends.
type Template string

// Templates of replies.
const (
	ReplyGreeting     Template = "greeting"
	ReplyNotice       Template = "notice"
	ReplyLatest       Template = "latest"
	ReplyMyData       Template = "my_data"
	ReplyPhotoProblem Template = "photo_problem"
	ReplyReminder     Template = "reminder"
	ReplyDigest       Template = "digest"     // to AudienceHR: queues a ReplyWaiting for each receiver of HR's cards
	ReplyPending      Template = "pending"    // list of waiting cases, to the admin who asked
	ReplyStats        Template = "stats"      // figures, to the admin who asked
	ReplyRemindAll    Template = "remind_all" // 催办: reminds all applicants, then queues a ReplyReminded
	ReplyReminded     Template = "reminded"   // result of 催办
	// ReplyReconcile is the list of differences, to the admin who asked. To AudienceHR it queues a ReplyDiffers for each
	// receiver of HR's cards.
	ReplyReconcile Template = "reconcile"
	ReplyLookUp    Template = "look_up" // the people whom an admin asks about, to this admin
	ReplyWaiting   Template = "waiting" // list of waiting cases; nothing if no case waits any more
	ReplyDiffers   Template = "differs" // list of differences; nothing if none is left
	ReplyMorning   Template = "morning" // HR's card of a working day's morning; nothing if there is nothing to say
	ReplyWeekly    Template = "weekly"  // HR's card of last week; nothing if there is nothing to say
	ReplyLooked    Template = "looked"  // to the applicant: an admin looks at the originals
	// ReplySampleFault tells of something wrong with a sampled case. To AudienceHR it queues one for each admin.
	ReplySampleFault Template = "sample_fault"
	ReplyAway        Template = "away"    // to an admin: until when the admin is away, and who decides meanwhile
	ReplyOverdue     Template = "overdue" // to a lead: how many cases are overdue; nothing if none is
	// ReplyLookRequest asks an admin whether another one may see the originals.
	ReplyLookRequest Template = "look_request"
	// ReplyCampaignLead tells the lead of a department, who is looked up, which people of it have not begun.
	ReplyCampaignLead Template = "campaign_lead"
	ReplyCampaigns    Template = "campaigns" // to the admin who asked: whom to invite, and the campaigns under way
	// ReplyRenamed asks HR whether somebody with another name in the directory shall register again.
	ReplyRenamed   Template = "renamed"
	ReplyDisclosed Template = "disclosed" // to the applicant: the operator has looked at everything in full
	ReplyExport    Template = "export"    // to an admin: the choices for a file
	ReplyExported  Template = "exported"  // to an admin: what the file holds that was sent

	ReplyConversation Template = "conversation" // to an admin: what an applicant says who has asked for a person
	ReplyDataUse      Template = "data_use"     // to whoever asks: what happens to the own data
	ReplyHRWords      Template = "hr_words"     // to the applicant: what an admin answers

	ReplyRequest      Template = "request"       // to an admin: what a person asks about the own data
	ReplyRequests     Template = "requests"      // to an admin: the open requests
	ReplyRequestEnded Template = "request_ended" // to the person: the answer
	ReplyRequestsLate Template = "requests_late" // to a lead or DPO: how many requests are overdue; nothing if none is
	ReplyPrivacy      Template = "privacy"       // to a DPO: the privacy report
	ReplyHead         Template = "head"          // the published head over the audit chains
)

// Reply sends a card that is not kept up to date. The receiver follows by Towards or ToHR.
func Reply(template Template) Job { return Job{Kind: JobReply, ref: string(template)} }

// Reminder reminds the applicant, if the case still has the revision.
func Reminder(rev int64) Job { return Job{Kind: JobReply, ref: string(ReplyReminder), rev: rev} }

// Towards sets the receiver of a reply.
func (j Job) Towards(to Receiver) Job {
	j.To, j.ToType = to.ID, to.Type
	return j
}

// ToHR addresses a reply to all receivers of HR's cards: the review chat or the admins.
func (j Job) ToHR() Job {
	j.To = AudienceHR
	return j
}

// Template returns the template of Reply.
func (j Job) Template() Template { return Template(j.ref) }

// Arg names an argument of a job. Values are ids, codes, figures and times.
type Arg string

// Arguments of jobs.
const (
	ArgTenant   Arg = "tenant"   // tenant key of the person whom a reply answers, or of Reconcile and Morning
	ArgWho      Arg = "who"      // open_id of the person whom a reply answers
	ArgChat     Arg = "chat"     // chat_id of the message that a reply answers
	ArgCode     Arg = "code"     // ReplyNotice: id of the text
	ArgHelp     Arg = "help"     // ReplyGreeting: "1" for the answer to 帮助
	ArgNow      Arg = "now"      // ReplyDigest: "1" to send at once instead of in the next time slot
	ArgAdmins   Arg = "admins"   // ReplyDigest: "1" to each admin in private, besides the review group
	ArgProblem  Arg = "problem"  // ReplyPhotoProblem: id of the text
	ArgPhoto    Arg = "photo"    // ReplyPhotoProblem: photo id
	ArgSent     Arg = "sent"     // ReplyReminded: number of reminded applicants
	ArgTooSoon  Arg = "too_soon" // ReplyReminded: number of applicants reminded a short while ago
	ArgCapped   Arg = "capped"   // ReplyReminded: number of applicants with MaxReminders
	ArgAt       Arg = "at"       // ReplyReminded: when the reminders are sent, RFC 3339
	ArgMade     Arg = "made"     // late notices, ReplyRemindAll: when the message was made by Feishu's clock, RFC 3339
	ArgReason   Arg = "reason"   // ShowOriginal, ReplyLooked: id of the text
	ArgUntil    Arg = "until"    // ShowOriginal, EndLook: when the message is recalled, RFC 3339
	ArgAbout    Arg = "about"    // ReplyNotice, ReplyLooked: open_id of the admin who looks or has handed a case over
	ArgLooks    Arg = "looks"    // ReplyNotice many_looks: number of looks
	ArgSince    Arg = "since"    // ReplyNotice many_looks: when the first of them was; other replies: when it was; RFC 3339
	ArgPerson   Arg = "person"   // ReplyLookUp: open_ids of the people, with blanks between; others: of the person
	ArgNames    Arg = "names"    // ReplyLookUp: keyed hashes of the names that may be meant
	ArgDay      Arg = "day"      // ReplyMorning, ReplyWeekly: the day on which it is sent, as 2006-01-02; of a head
	ArgExchange Arg = "exchange" // ReplyHRWords: number of the exchange
	// ReplyCampaignLead: the campaign and the department; see ArgAbout. ReplyExport: the campaign whose people are meant.
	ArgCampaign   Arg = "campaign"
	ArgDepartment Arg = "department"

	ArgClicked Arg = "clicked" // ShowSurface: the clicked message, if it is not the surface's present one
	ArgLang    Arg = "lang"    // ReplyExport: the language that is chosen at first, one of cards.ExportLanguages
	ArgExport  Arg = "export"  // ReplyExported: id of the export
	ArgRequest Arg = "request" // ReplyRequest, ReplyRequestEnded: id of the request
	ArgAfter   Arg = "after"   // Retention: the last case of the page before
)

// Of sets the case of a job.
func (j Job) Of(caseID string) Job {
	j.Case = caseID
	return j
}

// With adds an argument to a copy of the job.
func (j Job) With(a Arg, value string) Job {
	j.Args = maps.Clone(j.Args)
	if j.Args == nil {
		j.Args = map[Arg]string{}
	}
	j.Args[a] = value
	return j
}

// For sets the person whom a reply answers.
func (j Job) For(tenantKey, openID string) Job {
	return j.With(ArgTenant, tenantKey).With(ArgWho, openID)
}
