package cards

import "time"

// documentSamples returns the cards of people without a resident identity card.
func documentSamples() []sample {
	return []sample{
		{name: "photos_no_id_card", card: Photos{Ref: ref, Steps: allSteps, AskDocument: true}},
		{name: "document", card: Document{Confirm: Confirm{Ref: ref, Steps: onFileSteps[1:]}, Kinds: DocumentKinds}},
		{name: "document_problems", clearData: true, card: Document{
			Confirm: Confirm{
				Ref:      ref,
				Steps:    onFileSteps[1:],
				Name:     "样本甲",
				Number:   "E1234",
				Problems: map[string]string{"document": "required", "document_number": "document_number"},
				Expires:  after(72 * time.Hour),
			},
			Kinds: DocumentKinds,
			Kind:  "passport",
		}},
		{name: "document_masked", card: Document{
			Confirm: Confirm{Ref: ref, Name: "样本甲", Number: "E12345678", Masked: true, SentBack: "details_wrong"},
			Kinds:   DocumentKinds,
		}},
		{name: "confirm_permit", card: Confirm{Ref: ref, Steps: onFileSteps, AskMobile: true, NotTaken: true}},
		{name: "progress_on_file", card: Progress{Ref: ref, Steps: onFileSteps, Stage: "review_on_file", Since: noon}},
		{name: "closed_on_file", card: Closed{Ref: ref, Outcome: "on_file", Note: "已登记在花名册", At: noon}},
	}
}
