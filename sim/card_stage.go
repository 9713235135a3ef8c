package sim

import "strings"

// CardStage is the stage of a registration as the applicant's card shows it.
type CardStage string

// The stages of an applicant's card. The last seven are final; see Ended.
const (
	StageNone         CardStage = "" // no card of a case yet
	StageConsent      CardStage = "consent"
	StagePhotos       CardStage = "photos"
	StageConfirmation CardStage = "confirmation"
	StageBankCard     CardStage = "bank_card"
	StageCode         CardStage = "code"
	StageFace         CardStage = "face"
	StageChecking     CardStage = "checking"
	StageReview       CardStage = "review"
	StageRecording    CardStage = "recording"
	StageFiling       CardStage = "filing"
	StageAttention    CardStage = "attention"
	StageDone         CardStage = "done"
	StageOnFile       CardStage = "on_file"
	StageRejected     CardStage = "rejected"
	StageDeclined     CardStage = "declined"
	StageWithdrawn    CardStage = "withdrawn"
	StageExpired      CardStage = "expired"
	StageClosed       CardStage = "closed"
)

// Ended reports whether the stage is final.
func (s CardStage) Ended() bool {
	switch s {
	case StageDone, StageOnFile, StageRejected, StageDeclined, StageWithdrawn, StageExpired, StageClosed:
		return true
	}
	return false
}

// kind is the type of a card, as a person recognises it by its buttons and its title.
type kind string

const (
	kindOther      kind = ""           // a notice, a greeting without a button to start, somebody's data, …
	kindCase       kind = "case"       // state of the applicant's case; see CardStage
	kindOffer      kind = "offer"      // has a button to start a case
	kindResume     kind = "resume"     // greeting or reminder that leads to the open case
	kindProblem    kind = "problem"    // reply to a photo that cannot be used
	kindSuperseded kind = "superseded" // replaced by a newer card further down the chat
	kindReview     kind = "review"     // asks HR to review a case
	kindAttention  kind = "attention"  // asks HR to resolve a case that is stuck
	kindDesk       kind = "desk"       // an admin's review desk from which the next case can be opened
)

// titles distinguishes the cards whose buttons are alike, by the beginning of the Chinese title.
var titles = []struct {
	begin string
	kind  kind
	stage CardStage
}{
	{"发送身份证照片", kindCase, StagePhotos},
	{"发送证件的照片", kindCase, StagePhotos},
	{"正在识别照片", kindCase, StagePhotos},
	{"人脸核验", kindCase, StageFace},
	{"正在核验", kindCase, StageChecking},
	{"等 HR 审核", kindCase, StageReview},
	{"正在登记", kindCase, StageRecording},
	{"正在存证", kindCase, StageFiling},
	{"已转给 HR 处理", kindCase, StageAttention},
	{"实名登记完成", kindCase, StageDone},
	{"HR 已留档", kindCase, StageOnFile},
	{"这次没有通过", kindCase, StageRejected},
	{"你选择了不同意", kindCase, StageDeclined},
	{"这次实名已取消", kindCase, StageWithdrawn},
	{"这次实名已过期", kindCase, StageExpired},
	{"这次实名已结束", kindCase, StageClosed},
	{"审核台", kindDesk, StageNone},
	{"这张卡片已移到下面", kindSuperseded, StageNone},
}

// Values of "act" in the buttons that classify a card.
const (
	actStart   = "start"
	actConsent = "consent"
	actDecline = "decline"
	actRetake  = "retake"
	actConfirm = "confirm"

	actOtherDocument = "other_document"
	actDocumentPhoto = "document_photo"

	actSendCode   = "send_code"
	actSubmitCode = "submit_code"
	actSubmitCard = "submit_card"
	actStartFace  = "start_face"
	actMethod     = "method"
	actCheckFace  = "check_face"
	actCancel     = "cancel"
	actResume     = "resume"
	actApprove    = "approve"
	actKeepOnFile = "keep_on_file"
	actSendBack   = "send_back"
	actReject     = "reject"
	actRetry      = "retry"
	actResolve    = "resolve"
	actClose      = "close"
	actNext       = "next"
	actDecide     = "decide" // opens the form of send_back and reject
)

// classify returns the kind of a card with this title and these acts, and the stage if the card shows a case.
func classify(title string, acts map[string]bool) (kind, CardStage) {
	switch {
	case acts[actRetry], acts[actResolve], acts[actClose]:
		return kindAttention, StageNone
	case acts[actApprove], acts[actSendBack]:
		return kindReview, StageNone
	case acts[actConsent] && acts[actDecline]:
		return kindCase, StageConsent
	case acts[actConfirm]:
		return kindCase, StageConfirmation
	case acts[actSubmitCard]:
		return kindCase, StageBankCard
	case acts[actStartFace], acts[actCheckFace]:
		return kindCase, StageFace
	case acts[actSubmitCode], acts[actSendCode]:
		return kindCase, StageCode
	}
	for _, t := range titles {
		if strings.HasPrefix(title, t.begin) {
			return t.kind, t.stage
		}
	}
	switch {
	case acts[actStart]:
		return kindOffer, StageNone
	case acts[actResume]:
		return kindResume, StageNone
	}
	return kindOther, StageNone
}
