package cards

import (
	"slices"
	"time"
)

var (
	ref  = Ref{Case: "019a1b2c-3d4e-7f50-8a61-0123456789ab", Rev: 7}
	noon = time.Date(2026, 11, 21, 12, 0, 0, 0, chinaTime)

	allSteps = []Step{StepConsent, StepPhotos, StepConfirm, StepCode, StepReview, StepRecord, StepEvidence, StepDone}

	onFileSteps = []Step{StepPhotos, StepConfirm, StepReview, StepDone}

	agreement = Agreement{
		Company:    "示例科技有限公司",
		Categories: []string{"card", "document", "code", "page", "directory", "talk", "record", "invitation"},
		Purposes:   []string{"identity", "evidence", "progress", "nothing_else"},
		Recipients: []string{"feishu", "tencent_sms", "tencent_faceid", "esign", "esign_code", "esign_page"},
		Viewers: []string{"hr", "group_queue", "originals_on_request", "originals_recorded", "export", "campaign",
			"operator"},
		Places:     []string{"database"},
		Kept:       []string{"reading", "record"},
		Rights:     []string{"withdraw", "see", "ask", "left", "done", "evidence"},
		AnswerDays: 15,
		Retention: Retention{
			Photos:     24 * time.Hour,
			Unfinished: 30 * 24 * time.Hour,
			Leavers:    3 * 365 * 24 * time.Hour,
		},
		Version: AgreementVersion,
	}
)

// sample is a variant of a card. Its golden file is testdata/<name>.json.
type sample struct {
	name      string
	card      Card
	clearData bool
}

// samples returns every card in every variant that looks different.
func samples() []sample {
	return slices.Concat(applicantSamples(), faceSamples(), documentSamples(), caseSamples(), reconcileSamples(),
		reportSamples(), campaignSamples(), requestSamples())
}

// after returns the time d after noon.
func after(d time.Duration) time.Time { return noon.Add(d) }
