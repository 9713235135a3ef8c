package cards

import "time"

// conversationSamples are the cards of a conversation between an applicant and HR.
func conversationSamples() []sample {
	words := []Exchange{
		{At: noon.Add(-2 * time.Minute), Question: Question{Text: "手机号是公司的，收不到验证码怎么办？"}},
		{By: "ou_hr1", At: noon, Question: Question{Text: "用你自己名下的手机号就行。"}},
	}
	asked := Conversation{Ref: ref, Applicant: "ou_applicant", MaskedName: "演*", State: "awaiting_photos", Open: true}
	talking, over := asked, asked
	talking.Exchanges, over.Exchanges = words, words
	over.Open = false
	return []sample{
		{name: "conversation_asked", card: asked},
		{name: "conversation", card: talking},
		{name: "conversation_over", card: over},
		{name: "data_use", card: DataUse{Agreement: agreement, Stored: true}},
		{name: "data_use_nothing_stored", card: DataUse{Agreement: agreement}},
		{name: "hr_words", card: HRWords{Ref: ref, By: "ou_hr1", Words: "用你自己名下的手机号就行。", Open: true}},
		{name: "hr_words_over", card: HRWords{Ref: ref, By: "ou_hr1", Words: "好了再来。"}},
	}
}
