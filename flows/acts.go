package flows

import "shiming/cards"

// ApplicantActs gives the event of each button of the applicant. The empty kind marks a button that is no event of a
// case: the engine answers it from the stored data.
var ApplicantActs = map[cards.Act]Kind{
	cards.ActConsent:       Consented,
	cards.ActDecline:       ConsentDenied,
	cards.ActRetake:        Retake,
	cards.ActConfirm:       Confirmed,
	cards.ActSendCode:      CodeAsked,
	cards.ActSubmitCode:    CodeTyped,
	cards.ActSubmitCard:    BankCardTyped,
	cards.ActMethod:        MethodChosen,
	cards.ActStartFace:     FaceAsked,
	cards.ActCheckFace:     FaceLookAsked,
	cards.ActCancel:        Cancelled,
	cards.ActResume:        CardAsked,
	cards.ActWithdraw:      Erase,
	cards.ActAskHR:         HelpAsked,
	cards.ActOtherDocument: OtherDocument,
	cards.ActDocumentPhoto: DocumentPhoto,
	cards.ActLeaveTalk:     TalkLeft,
	cards.ActMyData:        "",
	cards.ActCopyData:      "",
	cards.ActCorrectData:   "",
	cards.ActObjectData:    "",
	cards.ActDeleteData:    "",
}

// HRActs gives the event of each button of HR. The empty kind marks a button that changes no case: engine/original.go,
// engine/evidence.go.
var HRActs = map[cards.Act]Kind{
	cards.ActApprove:    Approved,
	cards.ActSendBack:   SentBack,
	cards.ActReject:     Refused,
	cards.ActKeepOnFile: KeptOnFile,
	cards.ActUndo:       Undone,
	cards.ActRetry:      Retry,
	cards.ActResolve:    Resolved,
	cards.ActClose:      Closed,
	cards.ActAsk:        Queried,
	cards.ActHold:       Held,
	cards.ActTransfer:   Handed,
	cards.ActNote:       Noted,
	cards.ActReplyTalk:  WordsAnswered,
	cards.ActCloseTalk:  TalkClosed,
	cards.ActPeek:       "",
	cards.ActEvidence:   "",
	cards.ActAgree:      "",
	cards.ActRenamed:    "",

	cards.ActFulfilRequest:  "",
	cards.ActDeclineRequest: "",
	cards.ActOpenRequest:    "",

	cards.ActSampleFine:  SampleFine,
	cards.ActSampleFault: SampleFault,
}

// AnyRevision lists the events for which the revision of the clicked card does not matter.
var AnyRevision = map[Kind]bool{
	CardAsked: true, Erase: true, Noted: true, TalkLeft: true, WordsAnswered: true, TalkClosed: true,
}
