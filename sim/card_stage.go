package sim

import "strings"

// CardStage is where a person sees that a registration stands.
type CardStage string

// Stages that an applicant's card shows. The last six end the way.
const (
	StageNone         CardStage = "" // no card of a case yet
	StageConsent      CardStage = "consent"
	StagePhotos       CardStage = "photos"
	StageConfirmation CardStage = "confirmation"
	StageCode         CardStage = "code"
	StageChecking     CardStage = "checking"
	StageReview       CardStage = "review"
	StageRecording    CardStage = "recording"
	StageFiling       CardStage = "filing"
	StageAttention    CardStage = "attention"
	StageDone         CardStage = "done"
	StageRejected     CardStage = "rejected"
	StageDeclined     CardStage = "declined"
	StageWithdrawn    CardStage = "withdrawn"
	StageExpired      CardStage = "expired"
	StageClosed       CardStage = "closed"
)

// Ended reports whether nothing more will happen.
func (s CardStage) Ended() bool {
	switch s {
	case StageDone, StageRejected, StageDeclined, StageWithdrawn, StageExpired, StageClosed:
		return true
	}
	return false
}

// kind is what a card is, as a person would tell at a glance.
type kind string

const (
	kindOther      kind = ""           // a notice, a greeting without an offer, somebody's data, …
	kindCase       kind = "case"       // where the applicant's case stands; see Stage
	kindOffer      kind = "offer"      // offers to start
	kindResume     kind = "resume"     // points to the case: greeting or reminder
	kindProblem    kind = "problem"    // answers a photo that was no good
	kindSuperseded kind = "superseded" // the card has moved down the chat
	kindReview     kind = "review"     // HR is to decide
	kindAttention  kind = "attention"  // HR is to settle trouble
)

// titles tell apart the cards whose buttons are alike. People read them, and so do robots.
var titles = []struct {
	begin string
	kind  kind
	stage CardStage
}{
	{"发送身份证照片", kindCase, StagePhotos},
	{"正在识别照片", kindCase, StagePhotos},
	{"正在核验", kindCase, StageChecking},
	{"等 HR 审核", kindCase, StageReview},
	{"正在登记", kindCase, StageRecording},
	{"正在存证", kindCase, StageFiling},
	{"HR 正在帮你处理", kindCase, StageAttention},
	{"实名登记完成", kindCase, StageDone},
	{"这次没有通过", kindCase, StageRejected},
	{"你选择了不同意", kindCase, StageDeclined},
	{"这次实名已取消", kindCase, StageWithdrawn},
	{"这次实名已过期", kindCase, StageExpired},
	{"这次实名已结束", kindCase, StageClosed},
	{"这张卡片已移到下面", kindSuperseded, StageNone},
}

// acts of buttons that decide what a card is.
const (
	actStart      = "start"
	actConsent    = "consent"
	actDecline    = "decline"
	actRetake     = "retake"
	actConfirm    = "confirm"
	actSendCode   = "send_code"
	actSubmitCode = "submit_code"
	actCancel     = "cancel"
	actResume     = "resume"
	actApprove    = "approve"
	actSendBack   = "send_back"
	actReject     = "reject"
	actRetry      = "retry"
	actResolve    = "resolve"
	actClose      = "close"
)

// classify tells what a card with this title and these acts is.
func classify(title string, acts map[string]bool) (kind, CardStage) {
	switch {
	case acts[actApprove]:
		return kindReview, StageNone
	case acts[actRetry], acts[actResolve], acts[actClose]:
		return kindAttention, StageNone
	case acts[actConsent] && acts[actDecline]:
		return kindCase, StageConsent
	case acts[actConfirm]:
		return kindCase, StageConfirmation
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
