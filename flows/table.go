package flows

// Transition is one row of the table. Decide executes the rows, the tests walk them, and Diagram prints them.
type Transition struct {
	From State
	On   Kind
	By   Role
	// To lists the states in which the case may be afterwards. The case goes to To[0] unless the step calls goTo. A row
	// with From in To can leave the state as it is.
	To []State
	// step may be nil: the case then goes to To[0], and nothing else happens.
	step step
}

// step decides what an event means. It changes d.c, collects effects in d.change, and may call d.goTo or d.refuse.
type step func(d *decision)

// Table is the state machine of a case. An event without a row in the present state changes nothing; the actor gets
// LateToast as the answer.
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
		// The applicant is asked for consent. Photos are noted and stay unread.
		row(AwaitingConsent, PhotoReceived, Applicant, keepPhotoUnread, AwaitingConsent),
		row(AwaitingConsent, Consented, Applicant, consent, AwaitingPhotos, Recording),
		row(AwaitingConsent, ConsentDenied, Applicant, decline, Declined),

		// Jobs fetch and read the photos, until both sides are known.
		row(AwaitingPhotos, PhotoReceived, Applicant, takePhoto, AwaitingPhotos),
		row(AwaitingPhotos, PhotoFetched, Bot, photoFetched, AwaitingPhotos),
		row(AwaitingPhotos, PhotoClaimed, Bot, photoClaimed, AwaitingPhotos),
		row(AwaitingPhotos, PhotoReadOK, Bot, photoRead, AwaitingPhotos, AwaitingConfirmation),
		row(AwaitingPhotos, PhotoFailed, Bot, photoFailed, AwaitingPhotos),
		row(AwaitingPhotos, ContactKnown, Bot, contactKnown, AwaitingPhotos),
		row(AwaitingPhotos, Retake, Applicant, retakeWhileCollecting, AwaitingPhotos),
		row(AwaitingPhotos, HelpAsked, Applicant, askHR, NeedsAttention),
		row(AwaitingPhotos, OtherDocument, Applicant, otherDocument, AwaitingConfirmation),
		row(AwaitingPhotos, StepStopped, Bot, suspendPhotos, NeedsAttention, AwaitingConfirmation),

		// The applicant checks the values that were read. A new photo replaces the side that it shows.
		row(AwaitingConfirmation, Confirmed, Applicant, confirm,
			AwaitingCode, AwaitingBankCard, AwaitingFace, AwaitingReview, Recording, AwaitingConfirmation),
		row(AwaitingConfirmation, MethodChosen, Applicant, chooseMethod, AwaitingConfirmation),
		row(AwaitingConfirmation, Retake, Applicant, retake, AwaitingPhotos),
		row(AwaitingConfirmation, PhotoReceived, Applicant, takePhotoAtForm, AwaitingConfirmation),
		row(AwaitingConfirmation, PhotoFetched, Bot, photoFetched, AwaitingConfirmation),
		row(AwaitingConfirmation, PhotoClaimed, Bot, photoClaimed, AwaitingConfirmation),
		row(AwaitingConfirmation, PhotoReadOK, Bot, photoReadAtForm, AwaitingConfirmation, AwaitingPhotos),
		row(AwaitingConfirmation, PhotoFailed, Bot, photoFailed, AwaitingConfirmation),
		row(AwaitingConfirmation, ContactKnown, Bot, contactKnown, AwaitingConfirmation),
		row(AwaitingConfirmation, HelpAsked, Applicant, askHR, AwaitingReview),
		row(AwaitingConfirmation, FormTooClear, Bot, maskForm, AwaitingConfirmation),
		row(AwaitingConfirmation, DocumentPhoto, Applicant, photographDocument, AwaitingPhotos),
		row(AwaitingConfirmation, OtherDocument, Applicant, typeDocument, AwaitingConfirmation),

		// The applicant types the number of a bank card, and confirms or names its bank.
		row(AwaitingBankCard, BankCardTyped, Applicant, bankCardTyped,
			AwaitingCode, AwaitingBankCard, AwaitingConfirmation),
		row(AwaitingBankCard, BankKnown, Bot, bankKnown, AwaitingBankCard),
		row(AwaitingBankCard, EditAsked, Applicant, editForm, AwaitingConfirmation),
		row(AwaitingBankCard, MethodChosen, Applicant, chooseMethod, AwaitingConfirmation),
		row(AwaitingBankCard, HelpAsked, Applicant, askHR, AwaitingReview),
		row(AwaitingBankCard, Retake, Applicant, retake, AwaitingPhotos),

		// The applicant types the code that was sent to the mobile number.
		row(AwaitingCode, CodePrepared, Bot, codePrepared, AwaitingCode),
		row(AwaitingCode, CodeSent, Bot, codeSent, AwaitingCode),
		row(AwaitingCode, CodeFailed, Bot, codeFailed, AwaitingCode),
		row(AwaitingCode, CodeUnknown, Bot, codeUnknown, AwaitingCode),
		row(AwaitingCode, CodeDropped, Bot, codeDropped, AwaitingCode),
		row(AwaitingCode, CodeAsked, Applicant, codeAsked, AwaitingCode),
		row(AwaitingCode, CodeTyped, Applicant, codeTyped, Checking, AwaitingCode),
		row(AwaitingCode, EditAsked, Applicant, editForm, AwaitingConfirmation),
		row(AwaitingCode, MethodChosen, Applicant, chooseMethod, AwaitingConfirmation),
		row(AwaitingCode, HelpAsked, Applicant, askHR, AwaitingReview),
		row(AwaitingCode, Retake, Applicant, retake, AwaitingPhotos),
		row(AwaitingCode, StepStopped, Bot, suspend, NeedsAttention),

		// The applicant shows the face on a page of the supplier, whose result is fetched afterwards.
		row(AwaitingFace, FaceAsked, Applicant, faceAsked, AwaitingFace),
		row(AwaitingFace, FaceOpened, Bot, faceOpened, AwaitingFace),
		row(AwaitingFace, FaceReturned, Bot, faceReturned, AwaitingFace),
		row(AwaitingFace, FaceLookAsked, Applicant, faceLookAsked, AwaitingFace),
		row(AwaitingFace, FaceClaimed, Bot, faceClaimed, AwaitingFace),
		row(AwaitingFace, FacePending, Bot, facePending, AwaitingFace),
		row(AwaitingFace, FaceLost, Bot, faceLost, AwaitingFace),
		row(AwaitingFace, FaceFailed, Bot, faceFailed, AwaitingFace),
		row(AwaitingFace, PersonChecked, Bot, faceChecked,
			AwaitingReview, Recording, AwaitingConfirmation, AwaitingConsent),
		row(AwaitingFace, CheckRefused, Bot, faceRefused, AwaitingConfirmation),
		row(AwaitingFace, EditAsked, Applicant, editForm, AwaitingConfirmation),
		row(AwaitingFace, MethodChosen, Applicant, chooseMethod, AwaitingConfirmation),
		row(AwaitingFace, HelpAsked, Applicant, askHR, AwaitingReview),
		row(AwaitingFace, Retake, Applicant, retake, AwaitingPhotos),
		row(AwaitingFace, StepStopped, Bot, suspend, NeedsAttention),

		// The supplier compares name, number, mobile number and, by this method, the bank card.
		row(Checking, PersonChecked, Bot, personChecked,
			AwaitingReview, Recording, AwaitingConfirmation, AwaitingConsent),
		row(Checking, CheckRefused, Bot, checkRefused, AwaitingConfirmation, AwaitingBankCard),
		row(Checking, StepStopped, Bot, suspend, NeedsAttention),

		// HR decides.
		row(AwaitingReview, Approved, HR, approve, Decided, Recording, AwaitingConsent, AwaitingReview),
		row(AwaitingReview, SentBack, HR, sendBack, Decided, AwaitingConfirmation, AwaitingPhotos),
		row(AwaitingReview, Refused, HR, reject, Decided, Rejected),
		row(AwaitingReview, KeptOnFile, HR, keepOnFile, Decided, OnFile),

		// HR asks the applicant, who answers by words or photos. Nothing that was submitted changes.
		row(AwaitingReview, Queried, HR, ask, AwaitingReview),
		row(AwaitingReview, Answered, Applicant, answerByText, AwaitingReview),
		row(AwaitingReview, PhotoReceived, Applicant, answerByPhoto, AwaitingReview),
		row(AwaitingReview, PhotoRecalled, Applicant, answerRecalled, AwaitingReview),
		row(AwaitingReview, StepStopped, Bot, answersStopped, AwaitingReview),
		row(AwaitingReview, QuestionDue, Clock, remindQuestion, AwaitingReview),
		row(AwaitingReview, PhotoFetched, Bot, answerFetched, AwaitingReview),
		row(AwaitingReview, PhotoFailed, Bot, answerFailed, AwaitingReview),
		row(Decided, PhotoFetched, Bot, answerFetched, Decided),
		row(Decided, PhotoFailed, Bot, answerFailed, Decided),

		// One admin reads a case at a time.
		row(AwaitingReview, Assigned, HR, assign, AwaitingReview),
		row(AwaitingReview, Released, HR, release, AwaitingReview),
		row(NeedsAttention, Assigned, HR, assign, NeedsAttention),
		row(NeedsAttention, Released, HR, release, NeedsAttention),

		// A case that the policy has approved may be drawn for a look afterwards.
		row(Done, Assigned, HR, assignSample, Done),
		row(Done, Released, HR, release, Done),
		row(Done, SampleFine, HR, sampleFine, Done),
		row(Done, SampleFault, HR, sampleFault, Done),
		// HR hands a case over, takes it off the list for a time, and notes something for HR only.
		row(AwaitingReview, Handed, HR, transfer, AwaitingReview),
		row(AwaitingReview, Held, HR, hold, AwaitingReview),
		row(AwaitingReview, HoldEnded, Clock, holdEnded, AwaitingReview),
		row(AwaitingReview, Noted, HR, noteInternally, AwaitingReview),
		row(NeedsAttention, Handed, HR, transfer, NeedsAttention),
		row(NeedsAttention, Held, HR, hold, NeedsAttention),
		row(NeedsAttention, HoldEnded, Clock, holdEnded, NeedsAttention),
		row(NeedsAttention, Noted, HR, noteInternally, NeedsAttention),

		// Where the operator wants it, a look at the originals takes two admins.
		row(AwaitingReview, LookAsked, HR, askForLook, AwaitingReview),
		row(AwaitingReview, LookAgreed, HR, confirmLook, AwaitingReview),
		row(Decided, LookAsked, HR, askForLook, Decided),
		row(Decided, LookAgreed, HR, confirmLook, Decided),
		row(NeedsAttention, LookAsked, HR, askForLook, NeedsAttention),
		row(NeedsAttention, LookAgreed, HR, confirmLook, NeedsAttention),

		// The decision takes effect when the time for undoing it is over.
		row(Decided, Undone, HR, undo, AwaitingReview),
		row(Decided, DecisionDue, Clock, takeEffect,
			Recording, AwaitingConsent, AwaitingConfirmation, AwaitingPhotos, Rejected, OnFile),

		// Both photos are uploaded, then the identity is recorded.
		row(Recording, IdentityStarted, Bot, identityStarted, Recording, AwaitingConsent),
		row(Recording, IdentityRecorded, Bot, identityRecorded, Filing, Done),
		row(Recording, IdentityMismatch, Bot, identityMismatch, NeedsAttention),
		row(Recording, WriteFailed, Bot, writeFailed, Recording),
		row(Recording, PhotoUploaded, Bot, photoUploaded, Recording),
		row(Recording, StepStopped, Bot, suspend, NeedsAttention),

		// The evidence point is created. Photos that e签宝 has lost are uploaded again.
		row(Filing, PhotoUploaded, Bot, photoUploaded, Filing),
		row(Filing, EvidenceStarted, Bot, evidenceStarted, Filing),
		row(Filing, WriteFailed, Bot, writeFailed, Filing),
		row(Filing, UploadsLost, Bot, uploadsLost, Filing),
		row(Filing, EvidenceFiled, Bot, evidenceFiled, Done),
		row(Filing, StepStopped, Bot, suspend, NeedsAttention),

		// HR decides about a stopped step. A late result of the same step resumes the case without HR; results of other
		// steps are kept. Each bot event that can arrive while the case waits needs a row here.
		row(NeedsAttention, Retry, HR, retry,
			AwaitingPhotos, AwaitingCode, AwaitingFace, Checking, Recording, Filing, AwaitingConsent, NeedsAttention),
		row(NeedsAttention, Resolved, HR, resolve, Done, Filing, NeedsAttention),
		row(NeedsAttention, SentBack, HR, sendBackBound, AwaitingConfirmation),
		row(NeedsAttention, Closed, HR, closeCase, Rejected),
		row(NeedsAttention, PhotoReceived, Applicant, keepDuringAttention, NeedsAttention),
		row(NeedsAttention, ContactKnown, Bot, contactKnown, NeedsAttention),
		row(NeedsAttention, PhotoFetched, Bot, whileSuspended, NeedsAttention),
		row(NeedsAttention, PhotoClaimed, Bot, photoClaimed, NeedsAttention),
		row(NeedsAttention, CodePrepared, Bot, whileSuspended, NeedsAttention),
		row(NeedsAttention, CodeDropped, Bot, whileSuspended, NeedsAttention),
		row(NeedsAttention, WriteFailed, Bot, whileSuspended, NeedsAttention),
		row(NeedsAttention, IdentityStarted, Bot, identityStartedWhileSuspended, NeedsAttention, AwaitingConsent),
		row(NeedsAttention, EvidenceStarted, Bot, whileSuspended, NeedsAttention),
		row(NeedsAttention, PhotoReadOK, Bot, resumeByResult, AwaitingPhotos, AwaitingConfirmation, NeedsAttention),
		row(NeedsAttention, PhotoFailed, Bot, resumeByResult, AwaitingPhotos, NeedsAttention),
		row(NeedsAttention, CodeSent, Bot, resumeByResult, AwaitingCode, NeedsAttention),
		row(NeedsAttention, CodeFailed, Bot, resumeByResult, AwaitingCode, NeedsAttention),
		row(NeedsAttention, CodeUnknown, Bot, resumeByResult, AwaitingCode, NeedsAttention),
		row(NeedsAttention, FaceOpened, Bot, resumeByResult, AwaitingFace, NeedsAttention),
		row(NeedsAttention, FaceClaimed, Bot, whileSuspended, NeedsAttention),
		row(NeedsAttention, FacePending, Bot, whileSuspended, NeedsAttention),
		row(NeedsAttention, FaceLost, Bot, resumeByResult, AwaitingFace, NeedsAttention),
		row(NeedsAttention, FaceFailed, Bot, resumeByResult, AwaitingFace, NeedsAttention),
		row(NeedsAttention, PersonChecked, Bot, resumeByResult,
			AwaitingReview, Recording, AwaitingConfirmation, AwaitingConsent, NeedsAttention),
		row(NeedsAttention, CheckRefused, Bot, resumeByResult, AwaitingConfirmation, AwaitingBankCard, NeedsAttention),
		row(NeedsAttention, IdentityRecorded, Bot, resumeByResult, Filing, Done, NeedsAttention),
		row(NeedsAttention, IdentityMismatch, Bot, identityMismatchWhileSuspended, NeedsAttention),
		row(NeedsAttention, PhotoUploaded, Bot, resumeByResult, Recording, Filing, NeedsAttention),
		row(NeedsAttention, EvidenceFiled, Bot, resumeByResult, Done, NeedsAttention),
		row(NeedsAttention, StepStopped, Bot, suspendAgain, NeedsAttention),
		row(NeedsAttention, Cancelled, Applicant, cancelDuringAttention, Withdrawn, NeedsAttention),
		row(NeedsAttention, Erase, Applicant, eraseDuringAttention, Withdrawn, NeedsAttention),
	}

	// The applicant may cancel until the first write to a platform begins.
	cancellable := []State{AwaitingConsent, AwaitingPhotos, AwaitingConfirmation, AwaitingBankCard, AwaitingCode,
		AwaitingFace, Checking, AwaitingReview, Decided}
	for _, s := range cancellable {
		t = append(t,
			row(s, Cancelled, Applicant, cancel, Withdrawn),
			row(s, Erase, Applicant, eraseOpenCase, Withdrawn))
	}
	for _, s := range cancellable {
		t = append(t, row(s, ApplicantLeft, Bot, endForLeaver, Withdrawn))
	}
	t = append(t,
		row(Recording, ApplicantLeft, Bot, leftDuringWrites, Withdrawn, Recording),
		row(Filing, ApplicantLeft, Bot, leftDuringWrites, Withdrawn, Filing),
		row(NeedsAttention, ApplicantLeft, Bot, leftDuringAttention, Withdrawn, NeedsAttention),
		row(AwaitingConsent, PhotoRecalled, Applicant, photoRecalledUnread, AwaitingConsent),
		row(AwaitingPhotos, PhotoRecalled, Applicant, photoRecalled, AwaitingPhotos),
		row(AwaitingConfirmation, PhotoRecalled, Applicant, photoRecalledAtForm, AwaitingPhotos, AwaitingConfirmation))

	// Rows that follow from the kind of the state.
	for _, s := range States {
		if s.Terminal() {
			t = append(t,
				row(s, Erase, Applicant, eraseEndedCase, s),
				row(s, PhotosPurged, Bot, photosPurged, s),
				row(s, ErasedBefore, Bot, photosPurged, s))
			if s == Done {
				t = append(t, followUpRows...)
			}
			continue
		}
		t = append(t,
			row(s, CardAsked, Applicant, repostCard, s),
			row(s, PersonAsked, Applicant, askForPerson, s),
			row(s, WordsSaid, Applicant, sayToHR, s),
			row(s, TalkLeft, Applicant, leaveConversation, s),
			row(s, WordsAnswered, HR, answerApplicant, s),
			row(s, TalkClosed, HR, closeConversation, s),
			row(s, TalkDue, Clock, conversationDue, s),
			row(s, Restored, Bot, restored, s),
			row(s, ErasedBefore, Bot, erasedBefore, Withdrawn, s))
		if s.Turn() == Bot || s == AwaitingPhotos || s == AwaitingBankCard || s == AwaitingCode || s == AwaitingFace {
			t = append(t, row(s, StepDelayed, Bot, delayed, s))
		}
		if s.Turn() == Applicant {
			t = append(t, row(s, Nudged, HR, nudge, s))
		}
		if s.Turn() != Bot {
			t = append(t,
				row(s, ReminderDue, Clock, remind, s))
		}
		switch s.Turn() {
		case Applicant:
			t = append(t, row(s, ExpiryDue, Clock, expire, Expired))
		case HR:
			t = append(t, row(s, ExpiryDue, Clock, expire, Expired, s))
		}
	}
	return t
}

// followUpRows are about what follows the evidence point of a case that is done.
var followUpRows = []Transition{
	row(Done, HandedOver, Bot, handedOver, Done),
	row(Done, HandoverFailed, Bot, handoverFailed, Done),
	row(Done, HandoverPassed, Bot, handoverPassed, Done),
	row(Done, Replayed, Bot, followUpsReplayed, Done),
	row(Done, AccountStarted, Bot, accountStarted, Done),
	row(Done, AccountOpened, Bot, accountOpened, Done),
	row(Done, AccountFailed, Bot, accountFailed, Done),
	row(Done, AccountUnknown, Bot, accountUnknown, Done),
	row(Done, AccountStopped, Bot, accountStopped, Done),
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
