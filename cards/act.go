package cards

// Act names the action of a button. The values are part of cards that stay in chats for weeks, so they never change.
type Act string

// Acts of the applicant.
const (
	ActStart         Act = "start"
	ActConsent       Act = "consent"
	ActDecline       Act = "decline"
	ActRetake        Act = "retake" // with Side
	ActConfirm       Act = "confirm"
	ActSendCode      Act = "send_code"
	ActSubmitCode    Act = "submit_code"
	ActSubmitCard    Act = "submit_card"
	ActMethod        Act = "method"     // with To: the method of verification, one of Methods
	ActStartFace     Act = "start_face" // agrees to a check by face, and begins it
	ActCheckFace     Act = "check_face" // looks for its result
	ActCancel        Act = "cancel"
	ActResume        Act = "resume" // with or without To
	ActMyData        Act = "my_data"
	ActWithdraw      Act = "withdraw"
	ActOtherDocument Act = "other_document" // the applicant has no resident identity card, or types the document's values
	ActDocumentPhoto Act = "document_photo" // with To: the kind of document of which the applicant sends a photo
	ActLeaveTalk     Act = "leave_talk"     // end the conversation with HR
	ActAskHR         Act = "ask_hr"         // the verification does not succeed
)

// Acts of HR.
const (
	ActApprove     Act = "approve"
	ActSendBack    Act = "send_back"
	ActReject      Act = "reject"
	ActRetry       Act = "retry"
	ActResolve     Act = "resolve"
	ActClose       Act = "close"
	ActPeek        Act = "peek"
	ActAgree       Act = "agree"  // another admin may see the originals
	ActRemind      Act = "remind" // with Case: its applicant alone
	ActNext        Act = "next"
	ActKeepOnFile  Act = "keep_on_file" // for a document that no platform takes
	ActUndo        Act = "undo"         // of a decision that has not taken effect
	ActFilter      Act = "filter"       // with To: the part of the queue that the desk shows
	ActBulk        Act = "bulk"         // with or without To
	ActSampleFine  Act = "sample_fine"  // of a look at a sampled case
	ActSampleFault Act = "sample_fault" // the same, with a note
	ActDecide      Act = "decide"       // open the form for sending back and rejecting
	ActOpen        Act = "open"         // with To: the one of Panels that the card shows
	ActAsk         Act = "ask"          // put a question to the applicant; with Reason one of Questions
	ActHold        Act = "hold"         // with To: one of Holds
	ActTransfer    Act = "transfer"     // hand the case to another admin
	ActReplyTalk   Act = "reply_talk"   // answer in a conversation
	ActCloseTalk   Act = "close_talk"   // end it
	ActNote        Act = "note"         // keep an internal note
	ActEvidence    Act = "evidence"     // show what is on record of the evidence
	ActExport      Act = "export"       // make the file that the form asks for; with Case that of a campaign
	ActRenamed     Act = "renamed"      // with To: one of NameAnswers; Case is the one with the recorded identity

	// Acts of campaigns; Case is the campaign.
	ActInvite   Act = "invite"   // with Case: confirm it; else with To: everyone, or with a form
	ActPause    Act = "pause"    // with or without To
	ActStop     Act = "stop"     // end it
	ActChase    Act = "chase"    // remind those who have not begun
	ActCampaign Act = "campaign" // with To: one of CampaignPlaces
)

// Values of Action.Side and Action.To.
const (
	SideFront = "front"   // 人像面, the side with name and portrait
	SideBack  = "back"    // 国徽面, the side with emblem and validity
	ToForm    = "form"    // ActResume: return to the form, to change the mobile number
	ToAfter   = "after"   // ActNext: open the case after this one
	ToAgain   = "again"   // ActStart: register again, although the person is registered
	ToList    = "list"    // ActNext: show the queue
	ToDesk    = "desk"    // ActNext: send the desk of the person who clicks again, in private
	ToConfirm = "confirm" // ActBulk: approve the cases that the card lists
	ToUndo    = "undo"    // ActBulk: take the approval of all of them back
	ToBottom  = "bottom"  // ActNext: send the card of this case again, at the bottom of HR's chat
	ToOpen    = "open"    // ActNext: open this case at the desk

	ToEveryone = "everyone" // ActInvite: everybody whom the app may see
	ToResume   = "resume"   // ActPause: go on
	ToLead     = "lead"     // ActChase: tell the department's lead
	ToMain     = "main"     // ActCampaign, as all below: the first panel
	ToMenu     = "menu"     // the menu of campaigns
	ToCard     = "card"     // the campaign's card in the reader's chat
	ToDiscard  = "discard"  // give a preview up
	ToTakeOut  = "take_out" // take a person out
	ToPick     = "pick"     // the one of several people of a name
	ToChoose   = "choose"   // the one of several departments or groups of a name
)

// Values of Action.To for an ActRenamed.
const (
	NameKept  = "kept"  // the recorded identity stays
	NameAgain = "again" // the person shall register again
)

// NameAnswers lists them.
var NameAnswers = []string{NameKept, NameAgain}

// acts lists every act. A caseless act needs no case id, because it opens a case or concerns none. A named one may come
// by the name of its button nevertheless: what its form holds says what is meant.
var acts = map[Act]struct{ caseless, named bool }{
	ActStart: {caseless: true}, ActConsent: {}, ActDecline: {}, ActRetake: {}, ActConfirm: {}, ActSendCode: {},
	ActSubmitCode: {}, ActSubmitCard: {}, ActMethod: {}, ActStartFace: {}, ActCheckFace: {}, ActCancel: {}, ActResume: {},
	ActMyData:   {caseless: true},
	ActWithdraw: {},
	ActAskHR:    {}, ActOtherDocument: {}, ActDocumentPhoto: {},
	ActApprove: {}, ActSendBack: {}, ActReject: {}, ActRetry: {}, ActResolve: {}, ActClose: {}, ActPeek: {}, ActAgree: {},
	ActKeepOnFile: {}, ActUndo: {}, ActDecide: {}, ActOpen: {}, ActAsk: {}, ActHold: {}, ActTransfer: {}, ActNote: {},
	ActLeaveTalk: {}, ActReplyTalk: {}, ActCloseTalk: {},
	ActSampleFine: {}, ActSampleFault: {}, ActEvidence: {}, ActRenamed: {},
	ActCopyData: {}, ActCorrectData: {}, ActObjectData: {}, ActDeleteData: {},
	ActFulfilRequest: {}, ActDeclineRequest: {}, ActOpenRequest: {},
	ActInvite: {caseless: true, named: true}, ActPause: {}, ActStop: {}, ActChase: {}, ActCampaign: {},
	ActRemind: {caseless: true}, ActNext: {caseless: true}, ActFilter: {caseless: true}, ActBulk: {caseless: true},
	ActExport: {caseless: true, named: true},
}
