package cards

import "time"

// samplePage is an address of the agreement page.
const samplePage = "https://hr.example.com/agreement/AZdvAAAAcACAAAAAAAAAAQdpJ0wAq1234567890abcdefg"

// applicantSamples returns the applicant's cards and the answers to people who write to the bot.
func applicantSamples() []sample {
	confirm := Confirm{
		Ref:       ref,
		Steps:     allSteps,
		Name:      "张三丰",
		Number:    "130401199601018395",
		Mobile:    "13812345678",
		AskMobile: true,
		ValidFrom: "2018-03-04",
		ValidTo:   "长期",
		IssuedBy:  "北京市公安局朝阳分局",
		Expires:   after(72 * time.Hour),
	}
	problems := confirm
	problems.Problems = map[string]string{"identity_code": "check_digit", "mobile": "mobile_format", "valid_to": "date"}
	problems.Notices = []Check{{Code: "validity", Level: Amber, Args: map[string]string{"days": "45"}}}
	unread := confirm
	unread.ValidTo, unread.Problems = "", map[string]string{"identity_code": "suggested"}
	unread.Notices = []Check{
		{Code: "validity", Level: Amber, Issues: []CheckIssue{
			{Code: "date_unreadable", Side: "back", Field: "valid_date_end"},
		}},
		{Code: "quality", Level: Amber, Issues: []CheckIssue{{Code: "photo_grey", Side: "front"}}},
	}
	returned := confirm
	returned.AskMobile, returned.SentBack, returned.Note = false, "details_wrong", "姓名里的生僻字好像打错了"
	bound := confirm
	bound.SentBack, bound.Note = "bound_differs", "请用尾号 1234 的手机号"
	bound.Problems = map[string]string{"mobile": "bound_mobile"}
	mismatch := confirm
	mismatch.Mismatch = "three_elements"
	notTaken := confirm
	notTaken.Mismatch, notTaken.AskHR, notTaken.Failed = "identity_name", true, 1
	neverMatches := mismatch
	neverMatches.AskHR, neverMatches.Failed = true, 3
	masked := confirm
	masked.Name, masked.Number, masked.Mobile, masked.Masked = "", "", "", true
	masked.MaskedName, masked.MaskedNumber, masked.MaskedMobile = "张**", "130***********8395", "138****5678"
	data := MyData{
		Ref:            ref,
		State:          "done",
		MaskedName:     "张**",
		MaskedNumber:   "130***********8395",
		MaskedMobile:   "138****5678",
		Photos:         2,
		PhotosGoneAt:   after(24 * time.Hour),
		ConsentAt:      noon,
		ConsentVersion: AgreementVersion,
		ReadAt:         noon,
		ReadTitle:      "数字证书服务协议",
		ReadVersion:    "20250801",
		ReadIP:         "2001:db8::7",
		Identity:       true,
		Evidence:       true,
		EvidencePoint:  "8d6f0d1e-0000-4000-8000-000000000001",
		Sent: []Disclosure{{To: "feishu_ocr", At: noon}, {To: "tencent_sms", At: noon},
			{To: "tencent_faceid", At: noon}, {To: "feishu_identity", At: noon}, {To: "esign", At: noon}},
		Views: []View{{By: "ou_hr", At: noon, What: "review"},
			{By: "ou_hr", At: noon, What: "photos", Reason: "policy"}},
		CanWithdraw: true,
	}

	return []sample{
		{name: "greeting", card: Greeting{}},
		{name: "greeting_help_hr_open", card: Greeting{HR: true, Help: true, Open: &ref}},
		{name: "greeting_done", card: Greeting{Done: true}},
		{name: "consent", card: Consent{
			Ref:           ref,
			Steps:         allSteps,
			Agreement:     agreement,
			PhotosWaiting: 2,
			Expires:       after(72 * time.Hour),
		}},
		{name: "consent_bare", card: Consent{Ref: ref}},
		{name: "consent_page", card: Consent{
			Ref:           ref,
			Steps:         allSteps,
			PageURL:       samplePage,
			PhotosWaiting: 1,
			Expires:       after(72 * time.Hour),
		}},
		{name: "consent_again", card: Consent{
			Ref:     ref,
			Steps:   allSteps,
			PageURL: samplePage,
			Again:   true,
			Expires: after(72 * time.Hour),
		}},
		{name: "photos_start", card: Photos{
			Ref:     ref,
			Steps:   allSteps,
			Front:   SideMissing,
			Back:    SideMissing,
			Expires: after(72 * time.Hour),
		}},
		{name: "photos_reading", card: Photos{
			Ref:     ref,
			Steps:   allSteps,
			Front:   SideReading,
			Back:    SideWaiting,
			Ahead:   12,
			Delayed: true,
		}},
		{name: "photos_problem", card: Photos{
			Ref:       ref,
			Steps:     allSteps,
			Front:     SideRead,
			Back:      SideMissing,
			Problem:   "too_small",
			CanRetake: true,
		}},
		{name: "photos_unsorted", card: Photos{
			Ref:      ref,
			Steps:    allSteps,
			Front:    SideMissing,
			Back:     SideMissing,
			Unsorted: 2,
		}},
		{name: "photos_sent_back", card: Photos{
			Ref:       ref,
			Steps:     allSteps,
			Front:     SideMissing,
			Back:      SideRead,
			SentBack:  "blurred",
			Note:      "右下角有反光",
			CanRetake: true,
		}},
		{name: "photos_ask_hr", card: Photos{
			Ref:     ref,
			Steps:   allSteps,
			Front:   SideMissing,
			Back:    SideMissing,
			Problem: "nothing",
			AskHR:   true,
		}},
		{name: "photo_problem", card: PhotoProblem{
			Ref:     ref,
			Problem: "nothing",
			Need:    []string{SideFront, SideBack},
			Tries:   1,

			AskDocument: true,
		}},
		{name: "photo_problem_again", card: PhotoProblem{
			Ref:     ref,
			Problem: "duplicate_front",
			Side:    SideFront,
			Need:    []string{SideBack},
			Tries:   3,
		}},
		{name: "photo_problem_expired", card: PhotoProblem{
			Ref:     ref,
			Problem: "expired_card",
			Side:    SideBack,
			Need:    []string{SideBack},
			Tries:   3,
		}},
		{name: "confirm", card: confirm, clearData: true},
		{name: "confirm_not_taken", card: notTaken, clearData: true},
		{name: "confirm_bound", card: bound, clearData: true},
		{name: "confirm_problems", card: problems, clearData: true},
		{name: "confirm_unread", card: unread, clearData: true},
		{name: "confirm_sent_back", card: returned, clearData: true},
		{name: "confirm_mismatch", card: mismatch, clearData: true},
		{name: "confirm_ask_hr", card: neverMatches, clearData: true},
		{name: "confirm_masked", card: masked},
		{name: "code_sending", card: Code{
			Ref:          ref,
			Steps:        allSteps,
			MaskedMobile: "138****5678",
			State:        "sending",
		}},
		{name: "code_waiting", card: Code{
			Ref:          ref,
			Steps:        allSteps,
			MaskedMobile: "138****5678",
			State:        "waiting",
			SendsAt:      noon,
		}},
		{name: "code_delayed", card: Code{
			Ref:          ref,
			Steps:        allSteps,
			MaskedMobile: "138****5678",
			State:        "delayed",
			TriesLeft:    5,
			CodeExpires:  after(5 * time.Minute),
		}},
		{name: "code_sent", card: Code{
			Ref:          ref,
			Steps:        allSteps,
			MaskedMobile: "138****5678",
			State:        "sent",
			TriesLeft:    5,
			SentAt:       noon,
			ResendAt:     after(time.Minute),
			CodeExpires:  after(5 * time.Minute),
		}},
		{name: "code_wrong", card: Code{
			Ref:          ref,
			Steps:        allSteps,
			MaskedMobile: "138****5678",
			State:        "sent",
			Problem:      "wrong",
			TriesLeft:    4,
			SentAt:       noon,
			ResendAt:     after(time.Minute),
			CodeExpires:  after(5 * time.Minute),
		}},
		{name: "code_too_many", card: Code{
			Ref:          ref,
			Steps:        allSteps,
			MaskedMobile: "138****5678",
			State:        "sent",
			Problem:      "too_many_tries",
			SentAt:       noon,
			ResendAt:     after(time.Minute),
			CodeExpires:  after(5 * time.Minute),
		}},
		{name: "code_failed", card: Code{
			Ref:          ref,
			Steps:        allSteps,
			MaskedMobile: "138****5678",
			State:        "failed",
			ResendAt:     after(time.Minute),
		}},
		{name: "code_unknown", card: Code{
			Ref:          ref,
			Steps:        allSteps,
			MaskedMobile: "138****5678",
			State:        "unknown",
			Problem:      "unknown",
			SentAt:       noon,
			ResendAt:     after(time.Minute),
		}},
		{name: "progress_checking", card: Progress{
			Ref:       ref,
			Steps:     allSteps,
			Stage:     "checking",
			Since:     noon,
			CanCancel: true,
		}},
		{name: "progress_review", card: Progress{
			Ref:       ref,
			Steps:     allSteps,
			Stage:     "review",
			Since:     noon,
			CanCancel: true,
		}},
		{name: "progress_question", card: Progress{
			Ref:       ref,
			Steps:     allSteps,
			Stage:     "review",
			Since:     noon,
			Questions: []Question{{Preset: "name_differs"}, {Text: "是今年改的名吗？"}},
			CanCancel: true,
		}},
		{name: "progress_answered", card: Progress{
			Ref:       ref,
			Steps:     allSteps,
			Stage:     "review",
			Since:     noon,
			Questions: []Question{{Preset: "proof_photo"}},
			Answered:  true,
			CanCancel: true,
		}},
		{name: "code_ask_hr", card: Code{
			Ref:          ref,
			Steps:        allSteps,
			MaskedMobile: "138****5678",
			State:        "failed",
			Problem:      "mobile_blocked",
			AskHR:        true,
		}},
		{name: "progress_help", card: Progress{
			Ref:       ref,
			Steps:     allSteps,
			Stage:     "help",
			Since:     noon,
			CanCancel: true,
		}},
		{name: "progress_recording", card: Progress{
			Ref:       ref,
			Steps:     allSteps,
			Stage:     "recording",
			Since:     noon,
			Automatic: true,
		}},
		{name: "progress_held", card: Progress{
			Ref:   ref,
			Steps: allSteps,
			Stage: "recording",
			Since: noon,
			Held:  "first",
		}},
		{name: "progress_held_refused", card: Progress{
			Ref:   ref,
			Steps: allSteps,
			Stage: "recording",
			Since: noon,
			Held:  "refused",
		}},
		{name: "progress_filing_delayed", card: Progress{
			Ref:     ref,
			Steps:   allSteps,
			Stage:   "filing",
			Since:   noon,
			Delayed: true,
		}},
		{name: "progress_attention", card: Progress{
			Ref:   ref,
			Steps: allSteps,
			Stage: "attention",
			Since: noon,
			At:    StepRecord,
		}},
		{name: "done_filed", card: Done{
			Ref:          ref,
			Steps:        allSteps,
			MaskedName:   "张**",
			MaskedNumber: "130***********8395",
			Method:       "three_elements",
			Filed:        true,
			FiledAt:      noon,
			PhotosGoneAt: after(24 * time.Hour),
			At:           noon,
		}},
		{name: "done_no_method", card: Done{
			Ref:          ref,
			Steps:        allSteps,
			MaskedName:   "张**",
			MaskedNumber: "130***********8395",
			Method:       "none",
			At:           noon,
		}},
		{name: "done_unfiled", card: Done{
			Ref:        ref,
			MaskedName: "张**",
			Method:     "face",
			At:         noon,
		}},
		{name: "closed_rejected", card: Closed{
			Ref:     ref,
			Outcome: "rejected",
			Reason:  "not_employee",
			Note:    "外包同事请走供应商流程",
			At:      noon,
		}},
		{name: "closed_rejected_details", card: Closed{
			Ref:     ref,
			Outcome: "rejected",
			Reason:  "details_wrong",
			At:      noon,
		}},
		{name: "closed_expired", card: Closed{Ref: ref, Outcome: "expired", At: noon}},
		{name: "closed_hr_delay", card: Closed{Ref: ref, Outcome: "hr_delay", At: noon}},
		{name: "superseded", card: Superseded{Ref: ref}},
		{name: "my_data", card: data},
		{name: "my_data_open", card: MyData{
			Ref:         ref,
			State:       "awaiting_photos",
			ConsentAt:   noon,
			CanWithdraw: true,
		}},
		{name: "my_data_empty", card: MyData{Empty: true}},
		{name: "my_data_deleted", card: MyData{
			Ref:           ref,
			Deleted:       true,
			Identity:      true,
			Evidence:      true,
			EvidencePoint: "8d6f0d1e-0000-4000-8000-000000000001",
		}},
		{name: "my_data_deleted_after_reading", card: MyData{
			Ref:         ref,
			Deleted:     true,
			ReadAt:      noon,
			ReadTitle:   "数字证书服务协议",
			ReadVersion: "20250801",
		}},
		{name: "disclosed", card: Disclosed{At: noon, Export: true, Reason: "劳动仲裁，案号 (2026) 1 号"}},
		{name: "disclosed_shown", card: Disclosed{At: noon, Reason: "核对"}},
		{name: "my_data_disclosed", card: MyData{Ref: ref, State: "done", Views: []View{
			{Operator: true, At: noon, What: "evidence"},
			{Operator: true, At: noon, What: "evidence_full", Words: "劳动仲裁"},
		}}},
		{name: "looked", card: Looked{By: "ou_hr", At: noon, Reason: "name_check"}},
		{name: "reminder", card: Reminder{Ref: ref, Stage: "photos", Expires: after(72 * time.Hour)}},
		{name: "notice", card: Notice{Code: "not_understood"}},
		{name: "notice_start", card: Notice{Code: "nothing_open", Level: Amber, Start: true}},
		{name: "notice_again", card: Notice{Code: "already_done", Level: Green, Again: true}},
		{name: "notice_late", card: Notice{Code: "late", Args: map[string]string{"when": "10:03"}, Level: Amber}},
		{name: "notice_red", card: Notice{Code: "photo_in_group", Level: Red}},
	}
}
