package flows

// Transition is one row of the table that the whole product follows. Decide executes the
// rows; the tests walk them; the diagram in docs/states.md is printed from them.
type Transition struct {
	From State
	On   Kind
	By   Role
	// To lists where the row may lead; To[0] is where it leads unless step decides
	// otherwise. From itself means that the case stays.
	To []State
	// step works out what the event means; nil = go to To[0] and nothing else.
	step step
}

// step changes d.c and collects effects; it may call d.goTo to pick another state of To.
type step func(d *decision)

// Table is the machine. A pair (state, event) that is not in it gets the polite "already
// handled" answer and changes nothing.
var Table []Transition

func row(from State, on Kind, by Role, s step, to ...State) Transition {
	return Transition{
		From: from,
		On:   on,
		By:   by,
		To:   to,
		step: s,
	}
}

func buildTable() []Transition {
	t := []Transition{
		// The applicant is asked.
		row(AwaitingConsent, PhotoReceived, Applicant, keepPhotoUnread, AwaitingConsent),
		row(AwaitingConsent, Consented, Applicant, consent, AwaitingPhotos),
		row(AwaitingConsent, ConsentDenied, Applicant, decline, Declined),

		// Photos are fetched and read in the background.
		row(AwaitingPhotos, PhotoReceived, Applicant, takePhoto, AwaitingPhotos),
		row(AwaitingPhotos, PhotoFetched, Bot, photoFetched, AwaitingPhotos),
		row(AwaitingPhotos, PhotoClaimed, Bot, photoClaimed, AwaitingPhotos),
		row(AwaitingPhotos, PhotoReadOK, Bot, photoRead, AwaitingPhotos, AwaitingConfirmation),
		row(AwaitingPhotos, PhotoFailed, Bot, photoFailed, AwaitingPhotos),
		row(AwaitingPhotos, ContactKnown, Bot, contactKnown, AwaitingPhotos),
		row(AwaitingPhotos, Retake, Applicant, retakeWhileCollecting, AwaitingPhotos),
		row(AwaitingPhotos, StepStopped, Bot, suspend, NeedsAttention),

		// The applicant checks what was read.
		row(AwaitingConfirmation, Confirmed, Applicant, confirm, AwaitingCode, AwaitingReview, Recording,
			AwaitingConfirmation),
		row(AwaitingConfirmation, Retake, Applicant, retake, AwaitingPhotos),
		row(AwaitingConfirmation, PhotoReceived, Applicant, takePhoto, AwaitingConfirmation),
		row(AwaitingConfirmation, PhotoFetched, Bot, photoFetched, AwaitingConfirmation),
		row(AwaitingConfirmation, PhotoClaimed, Bot, photoClaimed, AwaitingConfirmation),
		row(AwaitingConfirmation, PhotoReadOK, Bot, photoReadAtForm, AwaitingConfirmation, AwaitingPhotos),
		row(AwaitingConfirmation, PhotoFailed, Bot, photoFailed, AwaitingConfirmation),
		row(AwaitingConfirmation, ContactKnown, Bot, contactKnown, AwaitingConfirmation),
		row(AwaitingConfirmation, FormTooClear, Bot, maskForm, AwaitingConfirmation),

		// The code proves that the mobile is the applicant's.
		row(AwaitingCode, CodePrepared, Bot, codePrepared, AwaitingCode),
		row(AwaitingCode, CodeSent, Bot, codeSent, AwaitingCode),
		row(AwaitingCode, CodeFailed, Bot, codeFailed, AwaitingCode),
		row(AwaitingCode, CodeUnknown, Bot, codeUnknown, AwaitingCode),
		row(AwaitingCode, CodeDropped, Bot, codeDropped, AwaitingCode),
		row(AwaitingCode, CodeAsked, Applicant, codeAsked, AwaitingCode),
		row(AwaitingCode, CodeTyped, Applicant, codeTyped, Checking, AwaitingCode),
		row(AwaitingCode, EditAsked, Applicant, editForm, AwaitingConfirmation),
		row(AwaitingCode, Retake, Applicant, retake, AwaitingPhotos),
		row(AwaitingCode, StepStopped, Bot, suspend, NeedsAttention),

		// The supplier says whether the person is real.
		row(Checking, PersonChecked, Bot, personChecked, AwaitingReview, Recording, AwaitingConfirmation),
		row(Checking, CheckRefused, Bot, checkRefused, AwaitingConfirmation),
		row(Checking, StepStopped, Bot, suspend, NeedsAttention),

		// HR decides.
		row(AwaitingReview, Approved, HR, approve, Recording),
		row(AwaitingReview, SentBack, HR, sendBack, AwaitingConfirmation, AwaitingPhotos),
		row(AwaitingReview, Refused, HR, reject, Rejected),

		// Identity and photo uploads run side by side.
		row(Recording, IdentityStarted, Bot, identityStarted, Recording),
		row(Recording, IdentityRecorded, Bot, identityRecorded, Filing, Done),
		row(Recording, IdentityMismatch, Bot, identityMismatch, AwaitingConfirmation),
		row(Recording, WriteFailed, Bot, writeFailed, Recording),
		row(Recording, PhotoUploaded, Bot, photoUploaded, Recording),
		row(Recording, StepStopped, Bot, suspend, NeedsAttention),

		// The evidence point.
		row(Filing, PhotoUploaded, Bot, photoUploaded, Filing),
		row(Filing, EvidenceStarted, Bot, evidenceStarted, Filing),
		row(Filing, WriteFailed, Bot, writeFailed, Filing),
		row(Filing, UploadsLost, Bot, uploadsLost, Filing),
		row(Filing, EvidenceFiled, Bot, evidenceFiled, Done),
		row(Filing, StepStopped, Bot, suspend, NeedsAttention),

		// Somebody has to look. What the same step brings back later leads on by itself.
		row(NeedsAttention, Retry, HR, retry, AwaitingPhotos, AwaitingCode, Checking, Recording, Filing),
		row(NeedsAttention, Resolved, HR, resolve, Done, Filing, NeedsAttention),
		row(NeedsAttention, Closed, HR, closeCase, Rejected),
		row(NeedsAttention, PhotoReceived, Applicant, keepDuringAttention, NeedsAttention),
		row(NeedsAttention, ContactKnown, Bot, contactKnown, NeedsAttention),
		row(NeedsAttention, PhotoFetched, Bot, whileSuspended, NeedsAttention),
		row(NeedsAttention, PhotoClaimed, Bot, photoClaimed, NeedsAttention),
		row(NeedsAttention, CodePrepared, Bot, whileSuspended, NeedsAttention),
		row(NeedsAttention, CodeDropped, Bot, whileSuspended, NeedsAttention),
		row(NeedsAttention, WriteFailed, Bot, whileSuspended, NeedsAttention),
		row(NeedsAttention, IdentityStarted, Bot, whileSuspended, NeedsAttention),
		row(NeedsAttention, EvidenceStarted, Bot, whileSuspended, NeedsAttention),
		row(NeedsAttention, PhotoReadOK, Bot, resumeByResult, AwaitingPhotos, AwaitingConfirmation, NeedsAttention),
		row(NeedsAttention, PhotoFailed, Bot, resumeByResult, AwaitingPhotos, NeedsAttention),
		row(NeedsAttention, CodeSent, Bot, resumeByResult, AwaitingCode, NeedsAttention),
		row(NeedsAttention, CodeFailed, Bot, resumeByResult, AwaitingCode, NeedsAttention),
		row(NeedsAttention, CodeUnknown, Bot, resumeByResult, AwaitingCode, NeedsAttention),
		row(NeedsAttention, PersonChecked, Bot, resumeByResult, AwaitingReview, Recording, AwaitingConfirmation,
			NeedsAttention),
		row(NeedsAttention, CheckRefused, Bot, resumeByResult, AwaitingConfirmation, NeedsAttention),
		row(NeedsAttention, IdentityRecorded, Bot, resumeByResult, Filing, Done, NeedsAttention),
		row(NeedsAttention, IdentityMismatch, Bot, resumeByResult, AwaitingConfirmation, NeedsAttention),
		row(NeedsAttention, PhotoUploaded, Bot, resumeByResult, Recording, Filing, NeedsAttention),
		row(NeedsAttention, EvidenceFiled, Bot, resumeByResult, Done, NeedsAttention),
		row(NeedsAttention, StepStopped, Bot, suspendAgain, NeedsAttention),
		row(NeedsAttention, Cancelled, Applicant, cancelDuringAttention, Withdrawn, NeedsAttention),
		row(NeedsAttention, Erase, Applicant, eraseDuringAttention, Withdrawn, NeedsAttention),
	}

	// While it is the applicant's turn, or nothing irreversible has begun, he may stop.
	for _, s := range []State{AwaitingConsent, AwaitingPhotos, AwaitingConfirmation, AwaitingCode, Checking,
		AwaitingReview} {
		t = append(t,
			row(s, Cancelled, Applicant, cancel, Withdrawn),
			row(s, Erase, Applicant, eraseOpenCase, Withdrawn))
	}
	for _, s := range []State{AwaitingConsent, AwaitingPhotos} {
		t = append(t, row(s, PhotoRecalled, Applicant, photoRecalled, s))
	}
	t = append(t, row(AwaitingConfirmation, PhotoRecalled, Applicant, photoRecalledAtForm, AwaitingPhotos,
		AwaitingConfirmation))

	for _, s := range States {
		if s.Terminal() {
			t = append(t,
				row(s, Erase, Applicant, eraseEndedCase, s),
				row(s, PhotosPurged, Bot, photosPurged, s))
			continue
		}
		t = append(t,
			row(s, CardAsked, Applicant, repostCard, s),
			row(s, Restored, Bot, restored, s))
		if s.Turn() == Bot || s == AwaitingPhotos || s == AwaitingCode {
			t = append(t, row(s, StepDelayed, Bot, delayed, s))
		}
		if s.Turn() == Applicant {
			t = append(t, row(s, Nudged, HR, nudge, s))
		}
		if s.Turn() != Bot {
			t = append(t,
				row(s, ReminderDue, Clock, remind, s),
				row(s, ExpiryDue, Clock, expire, Expired))
		}
	}
	return t
}

type tableKey struct {
	from State
	on   Kind
}

var rows = map[tableKey]*Transition{}

// RoleOf gives the role of an event that no person causes: Bot or Clock.
var RoleOf = map[Kind]Role{}

// The table is built in an init function because steps call findRow: a package variable that named the steps would
// depend on itself.
func init() {
	Table = buildTable()
	for i := range Table {
		t := &Table[i]
		rows[tableKey{t.From, t.On}] = t
		if t.By == Bot || t.By == Clock {
			RoleOf[t.On] = t.By
		}
	}
}

// findRow returns the row for an event in a state, or nil.
func findRow(from State, on Kind) *Transition { return rows[tableKey{from, on}] }
