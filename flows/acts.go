package flows

import "shiming/cards"

// ApplicantActs and HRActs say what a button asks for.
var ApplicantActs = map[cards.Act]Kind{
	cards.ActConsent: Consented, cards.ActDecline: ConsentDenied, cards.ActRetake: Retake, cards.ActConfirm: Confirmed,
	cards.ActSendCode: CodeAsked, cards.ActSubmitCode: CodeTyped, cards.ActCancel: Cancelled,
	cards.ActResume: CardAsked, cards.ActWithdraw: Erase, cards.ActMyData: "",
}

var HRActs = map[cards.Act]Kind{
	cards.ActApprove: Approved, cards.ActSendBack: SentBack, cards.ActReject: Refused,
	cards.ActRetry: Retry, cards.ActResolve: Resolved, cards.ActClose: Closed,
}

// AnyRevision lists what is right whatever revision the card showed.
var AnyRevision = map[Kind]bool{CardAsked: true, Erase: true}
