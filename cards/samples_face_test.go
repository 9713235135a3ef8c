package cards

import "time"

// faceSamples returns the looks of the check by face.
func faceSamples() []sample {
	steps := []Step{StepPhotos, StepConfirm, StepFace, StepReview, StepRecord, StepEvidence, StepDone}
	face := func(change func(*Face)) Face {
		v := Face{Ref: ref, Steps: steps, Others: []string{"three_elements", "bank_card_four"}, Expires: after(72 * time.Hour)}
		change(&v)
		return v
	}
	open := func(change func(*Face)) Face {
		return face(func(v *Face) {
			v.State, v.URL, v.Until = "open", "https://face.example.com/?BizToken=t", after(2*time.Hour)
			change(v)
		})
	}
	return []sample{
		{name: "face", card: face(func(*Face) {})},
		{name: "face_stopped", card: face(func(v *Face) { v.State, v.Problem, v.AskHR = "stopped", "face_no_score", true })},
		{name: "face_asking", card: face(func(v *Face) { v.State = "asking" })},
		{name: "face_delayed", card: face(func(v *Face) { v.State, v.Delayed = "asking", true })},
		{name: "face_open", card: open(func(*Face) {})},
		{name: "face_looking", card: open(func(v *Face) { v.State, v.Looking = "fetching", true })},
		{name: "face_open_delayed", card: open(func(v *Face) { v.Delayed = true })},
		{name: "face_unknown", card: face(func(v *Face) { v.State, v.Problem = "unknown", "face_unknown" })},
		{name: "face_ended", card: face(func(v *Face) { v.State, v.Problem, v.Others = "ended", "face_light", nil })},
		{name: "face_too_often", card: face(func(v *Face) {
			v.State, v.Problem, v.NotBefore, v.AskHR = "ended", "face_too_often_today", after(12*time.Hour), true
		})},
		{name: "face_used_up", card: face(func(v *Face) { v.State, v.Problem, v.UsedUp = "ended", "face_expired", true })},
		{name: "confirm_face", clearData: true, card: Confirm{
			Ref:      ref,
			Steps:    steps,
			Name:     "张三丰",
			Number:   "130401199601018395",
			Mismatch: "bank_card_four",
			Method:   "face",
			Others:   []string{"three_elements", "bank_card_four"},
			Expires:  after(72 * time.Hour),
		}},
		{name: "my_data_face", card: MyData{
			Ref:         ref,
			State:       "awaiting_review",
			Photos:      2,
			Faces:       1,
			ConsentAt:   noon,
			CanWithdraw: true,
			Sent:        []Disclosure{{To: "tencent_face", At: noon, Supplier: "样例核验（上海）有限公司"}, {To: "esign_face", At: noon}},
		}},
	}
}
