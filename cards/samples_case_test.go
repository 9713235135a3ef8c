package cards

import "time"

// caseSamples returns HR's cards of one case: review and attention.
func caseSamples() []sample {
	checks := []Check{
		{Code: "number_valid", Level: Green}, {Code: "sides_match", Level: Green},
		{Code: "validity", Level: Amber, Args: map[string]string{"days": "45"}},
		{Code: "edited", Level: Red}, {Code: "duplicate_number", Level: Red, Args: map[string]string{"n": "1"}},
		{Code: "name_vs_feishu", Level: Amber}, {Code: "three_elements", Level: Green}, {Code: "quality", Level: Grey},
		{Code: "ocr_consistency", Level: Amber}, {Code: "age", Level: Green},
		{Code: "from_the_future", Level: Grey},
	}
	review := Review{
		Ref:          ref,
		Applicant:    "ou_applicant",
		MaskedName:   "张**",
		MaskedNumber: "130***********8395",
		MaskedMobile: "138****5678",
		Gender:       "男",
		Birth:        "1996",
		ValidTo:      "2027-01-05",
		Checks:       checks,
		Changes: []Change{{Field: "identity_name", Before: "*小*", After: "*晓*"},
			{Field: "identity_code", Different: true}},
		Method:      "three_elements",
		Supplier:    "腾讯云",
		Serial:      "d9f1b6c2-2f6a-4d6e-9f0e-000000000001",
		SubmittedAt: noon,
		ReadAt:      noon,
		ReadTitle:   "数字证书服务协议",
		ReadVersion: "20250801",
		Expires:     after(48 * time.Hour),
		Round:       1,
		Waiting:     3,
	}
	review.Presets = []Preset{{Reason: "expired", Redo: "back"}, {Reason: "details_wrong", Redo: "details"}}
	again := review
	again.Round, again.Presets = 2, nil
	again.Asked = &Asked{
		By:      "ou_hr",
		At:      noon.Add(-time.Hour),
		Reason:  "blurred",
		Redo:    "back",
		Note:    "右下角有反光",
		Photos:  []string{"back"},
		Changes: []Change{{Field: "mobile", Before: "*******1***", After: "*******7***"}},
	}
	again.Earlier = []EarlierCase{
		{At: noon.Add(-48 * time.Hour), What: "expired"},
		{At: noon.Add(-72 * time.Hour), What: "rejected"},
	}
	again.SameNumber = []string{"ou_other1", "ou_other2"}
	same := again
	same.Asked = &Asked{By: "ou_hr", At: noon.Add(-time.Hour), Note: "请核对"}
	opened := review
	opened.FormOpen = true
	green := review
	green.Gender = "female"
	green.Checks, green.Changes, green.CanPeek, green.Round = []Check{{Code: "number_valid", Level: Green}}, nil, true, 2
	help := review
	help.Help = &Help{
		Checks: 3,
		Answer: "three_elements",
		Detail: "-4",
		Codes:  3,
	}
	noCode := review
	noCode.Help = &Help{Codes: 4}
	byCard := review
	byCard.Method, byCard.MaskedCard, byCard.Bank = "bank_card_four", "**** **** 0005", "样本银行"
	byCard.Checks = []Check{{Code: "four_elements", Level: Green}}
	faceHelp := review
	faceHelp.Method, faceHelp.Help = "face", &Help{Face: true, Answer: "face_no_score"}
	faceHelp.Checks = []Check{{Code: "face", Level: Grey}}
	byFace := review
	byFace.Method, byFace.MaskedMobile, byFace.Similarity = "face", "", "92.31"
	byFace.Checks = []Check{{Code: "face", Level: Green}}
	decided := func(d Decision) Review {
		r := green
		r.Decision = &d
		return r
	}
	queued := decided(Decision{
		By:     "ou_hr",
		At:     after(time.Hour),
		What:   "sent_back",
		Reason: "blurred",
		Note:   "右下角有反光，换个角度再拍一张",
		Stage:  "applicant",
	})
	queued.Queue = true

	attention := Attention{
		Ref:        ref,
		Applicant:  "ou_applicant",
		MaskedName: "张*",
		Step:       "photos",
		Code:       "permission",
		Upstream:   "99991672",
		LogID:      "202611211200000102030405060708AB",
		Since:      noon,
	}
	unknown := func(step string) Attention {
		a := attention
		a.Step, a.Code, a.Unknown = step, "unknown_outcome", true
		return a
	}
	solved := unknown("evidence")
	solved.Decision = &Decision{
		By:    "ou_hr",
		At:    after(time.Hour),
		What:  "resolved",
		Stage: "done",
		Filed: true,
	}

	stopOverdue := attention
	stopOverdue.Due, stopOverdue.Overdue = after(-time.Hour), true

	manyPhotos := attention
	manyPhotos.Code, manyPhotos.Upstream, manyPhotos.LogID, manyPhotos.BadPhotos = "too_many_photos", "", "", 6
	permit := review
	permit.Changes, permit.NotTaken = nil, true
	permit.Checks = []Check{
		{Code: "number_valid", Level: Green}, {Code: "document", Level: Red}, {Code: "age", Level: Red},
		{Code: "reading", Level: Amber, Issues: []CheckIssue{
			{Code: "date_unreadable", Side: "back", Field: "valid_date_end"},
			{Code: "field_missing", Side: "front", Field: "birth"},
		}},
		{Code: "quality", Level: Amber, Issues: []CheckIssue{{Code: "photo_grey", Side: "front"}}},
	}

	typed := review
	typed.Document, typed.NotTaken, typed.Help = "passport", true, nil
	typed.Changes, typed.Checks, typed.MaskedNumber, typed.MaskedMobile = nil, nil, "E******78", ""

	read := typed
	read.Document, read.DocumentRead, read.ValidTo = "tw_travel_permit", true, "2020-06-01"
	read.Changes = []Change{{Field: "document_number", Before: "******1*", After: "******7*"}}
	read.Checks = []Check{
		{Code: "duplicate_number", Level: Red, Args: map[string]string{"n": "1"}},
		{Code: "validity", Level: Amber, Issues: []CheckIssue{{Code: "document_expired", Side: "document"}}},
		{Code: "edited", Level: Amber},
		{Code: "quality", Level: Amber, Issues: []CheckIssue{{Code: "photo_grey", Side: "document"}}},
	}

	unread := review
	unread.ReadAt, unread.ReadTitle, unread.ReadVersion, unread.NoReading = time.Time{}, "", "", true

	crowd := attention
	crowd.Others, crowd.CanPeek = 41, true

	refused := attention
	refused.Step, refused.Code, refused.Upstream, refused.Holds = "evidence", "evidence_field", "1435002", true
	refused.Field = "timeStamp"
	refusedReading := refused
	refusedReading.Code, refusedReading.Field = "evidence_reading", "certAgreementReadTitle"

	overdue := review
	overdue.Due, overdue.Overdue = after(-time.Hour), true
	sampled := decided(Decision{At: noon, What: "approved", Stage: "done", Filed: true})
	sampled.Sample, sampled.CanPeek, sampled.Desk = true, true, true

	attentionTalk := attention
	attentionTalk.Panel = ToTransfer
	attentionTalk.Talk = Talk{
		Notes:      []Note{{By: "ou_hr", At: noon, Text: "在等飞书管理员"}},
		HeldBy:     "ou_hr",
		HeldUntil:  after(time.Hour),
		TransferTo: []string{"ou_hr2"},
	}
	return []sample{
		{name: "review_overdue", card: overdue},
		{name: "review_sample", card: sampled},
		{name: "review", card: review},
		{name: "review_bank_card", card: byCard},
		{name: "review_face", card: byFace},
		{name: "review_help_face", card: faceHelp},
		{name: "review_form", card: opened},
		{name: "review_asked", card: again},
		{name: "review_asked_nothing_new", card: same},
		{name: "review_2024", card: unread},
		{name: "review_desk", card: atDesk(review)},
		{name: "review_four_eyes", card: fourEyes(review, "")},
		{name: "review_second_approval", card: fourEyes(review, "ou_hr2")},
		{name: "review_approved_by_two", card: decided(Decision{By: "ou_hr", First: "ou_hr2", At: noon, What: "approved"})},
		{name: "review_pending", card: pending(decided(Decision{By: "ou_hr", At: noon, What: "approved", Stage: "pending"}))},
		{name: "review_talk", card: talking(review, "")},
		{name: "review_ask", card: talking(review, ToAsk)},
		{name: "review_hold", card: talking(review, ToHold)},
		{name: "review_transfer", card: talking(review, ToTransfer)},
		{name: "review_note", card: talking(review, ToNote)},
		{name: "attention_transfer", card: attentionTalk},
		{name: "review_permit", card: permit},
		{name: "review_other_document", card: typed},
		{name: "review_document_read", card: read},
		{name: "review_on_file", card: decided(Decision{By: "ou_hr", At: after(time.Hour), What: "on_file"})},
		{name: "review_round_two", card: green},
		{name: "review_help", card: help},
		{name: "review_help_codes", card: noCode},
		{name: "review_approved", card: decided(Decision{
			By:    "ou_hr",
			At:    after(time.Hour),
			What:  "approved",
			Stage: "recording",
		})},
		{name: "review_first", card: decided(Decision{
			By:    "ou_hr",
			At:    after(time.Hour),
			What:  "approved",
			Stage: "filing",
			Order: "first",
		})},
		{name: "review_held", card: decided(Decision{
			By:    "ou_hr",
			At:    after(time.Hour),
			What:  "approved",
			Stage: "recording",
			Order: "held_refused",
		})},
		{name: "review_handover", card: decided(Decision{
			By:    "ou_hr",
			At:    after(time.Hour),
			What:  "approved",
			Stage: "done",
			Filed: true,
			After: []FollowUp{{Code: "handover", Upstream: "502"}, {Code: "account_other"}},
		})},
		{name: "review_automatic", card: decided(Decision{
			At:    after(time.Hour),
			What:  "approved",
			Stage: "done",
			Filed: true,
		})},
		{name: "review_unfiled", card: decided(Decision{
			By:    "ou_hr",
			At:    after(time.Hour),
			What:  "approved",
			Stage: "done",
		})},
		{name: "review_attention", card: decided(Decision{
			By:    "ou_hr",
			At:    after(time.Hour),
			What:  "approved",
			Stage: "attention",
		})},
		{name: "review_rejected", card: decided(Decision{
			By:     "ou_hr",
			At:     after(time.Hour),
			What:   "rejected",
			Reason: "wrong_person",
		})},
		{name: "review_sent_back_queue", card: queued},
		{name: "original", card: Original{
			Applicant: "ou_applicant",
			Images:    []string{"img_v3_front", "img_v3_back"},
			Reason:    "name_check",
			Until:     after(5 * time.Minute),
		}},
		{name: "original_over", card: Original{Applicant: "ou_applicant"}},
		{name: "attention", card: attention},
		{name: "attention_overdue", card: stopOverdue},
		{name: "attention_photos", card: manyPhotos},
		{name: "attention_shared", card: crowd},
		{name: "attention_filing", card: refused},
		{name: "attention_filing_reading", card: refusedReading},
		{name: "attention_bound", card: Attention{
			Ref:        ref,
			Applicant:  "ou_applicant",
			MaskedName: "张**",
			Step:       "identity",
			Code:       "bound_identity_name",
			Upstream:   "1291002",
			LogID:      "20260601120000ABCDEF",
			Since:      noon,
			FourEyes:   []string{"bound"},
			FirstBy:    "ou_hr1",
			FirstAt:    after(time.Minute),
		}},
		{name: "attention_evidence_unknown", card: unknown("evidence")},
		{name: "attention_identity_unknown", card: unknown("identity")},
		{name: "attention_code_unknown", card: unknown("code")},
		{name: "attention_resolved", card: solved},
	}
}

// talking is a review with questions, answers, notes and a hold, on which a form is open.
func talking(r Review, panel string) Review {
	r.Panel = panel
	r.Talk = Talk{
		Exchanges: []Exchange{
			{By: "ou_hr", At: noon, Question: Question{Preset: "mobile_owner"}},
			{At: after(time.Minute), Question: Question{Text: "是我爱人的，尾号 1234"}},
			{At: after(2 * time.Minute), Photo: "stored"},
			{At: after(2 * time.Minute), Photo: "waiting"},
			{At: after(2 * time.Minute), Photo: "refused"},
			{By: "ou_hr2", At: after(time.Hour), Question: Question{Text: "能换成你自己的吗？"}},
		},
		Asked:     true,
		Reminders: 2,
		Notes: []Note{
			{By: "ou_hr2", At: after(-24 * time.Hour), Text: "上次也是这个手机号", Earlier: true},
			{By: "ou_hr", At: noon, Text: "请你看看", To: "ou_hr2"},
		},
		HeldBy:     "ou_hr2",
		HeldUntil:  after(24 * time.Hour),
		HeldFor:    true,
		FromAdmin:  "ou_hr",
		ToAdmin:    "ou_hr2",
		TransferTo: []string{"ou_hr", "ou_hr3"},
	}
	return r
}

// atDesk shows a review at a desk, after a decision on another case.
func atDesk(v Review) Review {
	v.Desk, v.Last = true, &Undo{Ref: ref, Applicant: "ou_applicant", What: "sent_back"}
	return v
}

// pending shows a decision that can be undone.
func pending(v Review) Review {
	v.CanUndo = true
	return v
}

// fourEyes shows a review that takes two admins, of whom first has approved.
func fourEyes(v Review, first string) Review {
	v.FourEyes = []string{"red", "name"}
	if first != "" {
		v.FirstBy, v.FirstAt = first, noon
	}
	return v
}
