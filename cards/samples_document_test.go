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
		{name: "document_photos", card: Document{
			Confirm: Confirm{Ref: ref, Steps: onFileSteps[1:]},
			Kinds:   DocumentKinds,
			Photos:  []string{"hkm_travel_permit", "tw_travel_permit", "passport"},
		}},
		{name: "document_read", clearData: true, card: Document{
			Confirm: Confirm{Ref: ref, Steps: onFileSteps, Name: "样本甲", Number: "H12345678", Expires: after(72 * time.Hour)},
			Kinds:   DocumentKinds,
			Kind:    "hkm_travel_permit",
			Read:    true,
		}},
		{name: "document_read_masked", card: Document{
			Confirm: Confirm{Ref: ref, Steps: onFileSteps, Masked: true, MaskedName: "样**", MaskedNumber: "H******78"},
			Kinds:   DocumentKinds,
			Kind:    "passport",
			Read:    true,
		}},
		{name: "document_unreadable", card: Document{
			Confirm: Confirm{Ref: ref, Steps: onFileSteps[1:]}, Kinds: DocumentKinds, Kind: "passport", Unreadable: true,
		}},
		{name: "document_photo", card: DocumentPhoto{
			Ref: ref, Steps: onFileSteps, Kind: "passport", Expires: after(72 * time.Hour),
		}},
		{name: "document_photo_problem", card: DocumentPhoto{
			Ref: ref, Steps: onFileSteps, Kind: "tw_travel_permit", Problem: "document_nothing",
		}},
		{name: "document_photo_reading", card: DocumentPhoto{
			Ref: ref, Steps: onFileSteps, Kind: "hkm_travel_permit", Reading: true, Ahead: 30, Delayed: true,
		}},
		{name: "photo_problem_document", card: PhotoProblem{Ref: ref, Problem: "document_nothing", Tries: 3, Document: true}},
		{name: "confirm_permit", card: Confirm{Ref: ref, Steps: onFileSteps, AskMobile: true, NotTaken: true}},
		{name: "progress_on_file", card: Progress{Ref: ref, Steps: onFileSteps, Stage: "review_on_file", Since: noon}},
		{name: "closed_on_file", card: Closed{Ref: ref, Outcome: "on_file", Note: "已登记在花名册", At: noon}},
	}
}
