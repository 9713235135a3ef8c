package cards

import "time"

var (
	ref  = Ref{Case: "019a1b2c-3d4e-7f50-8a61-0123456789ab", Rev: 7}
	noon = time.Date(2026, 11, 21, 12, 0, 0, 0, chinaTime)

	allSteps = []Step{StepConsent, StepPhotos, StepConfirm, StepCode, StepReview, StepRecord, StepEvidence, StepDone}

	agreement = Agreement{
		Company:    "示例科技有限公司",
		Recipients: []string{"feishu", "tencent_sms", "tencent_faceid", "esign"},
		PhotoGrace: 24 * time.Hour,
		Version:    AgreementVersion,
	}
)

// sample is one card and variant; its name is the golden file's.
type sample struct {
	name      string
	card      Card
	clearData bool
}

// samples holds every card in every variant that looks different.
func samples() []sample {
	in := func(d time.Duration) time.Time { return noon.Add(d) }
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
		Expires:   in(72 * time.Hour),
	}
	problems := confirm
	problems.Problems = map[string]string{"identity_code": "check_digit", "mobile": "mobile_format", "valid_to": "date"}
	problems.Notices = []Check{{Code: "validity", Level: Amber, Args: map[string]string{"days": "45"}}}
	returned := confirm
	returned.AskMobile, returned.SentBack, returned.Note = false, "details_wrong", "姓名里的生僻字好像打错了"
	mismatch := confirm
	mismatch.Mismatch = "three_elements"
	masked := confirm
	masked.Name, masked.Number, masked.Mobile, masked.Masked = "", "", "", true
	masked.MaskedName, masked.MaskedNumber, masked.MaskedMobile = "张**", "130***********8395", "138****5678"

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
		Changes: []Change{{Field: "identity_name", Before: "张*", After: "张**"},
			{Field: "identity_code", Before: "", After: "130***********8395"}},
		Method:      "three_elements",
		Supplier:    "腾讯云",
		Serial:      "d9f1b6c2-2f6a-4d6e-9f0e-000000000001",
		SubmittedAt: noon,
		Expires:     in(48 * time.Hour),
		Round:       1,
		Waiting:     3,
	}
	green := review
	green.Gender = "female"
	green.Checks, green.Changes, green.CanPeek, green.Round = []Check{{Code: "number_valid", Level: Green}}, nil, true, 2
	decided := func(d Decision) Review {
		r := green
		r.Decision = &d
		return r
	}
	queued := decided(Decision{
		By:     "ou_hr",
		At:     in(time.Hour),
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
		At:    in(time.Hour),
		What:  "resolved",
		Stage: "done",
		Filed: true,
	}

	crowd := attention
	crowd.Others = 41

	differ := func(kind string, total int, open bool) ReconcileGroup {
		g := ReconcileGroup{Kind: kind, Total: total}
		for range min(total, MaxReconcileRows) {
			g.Rows = append(g.Rows, ReconcileRow{
				Ref:        ref,
				MaskedName: "欧阳**",
				Since:      noon,
				Open:       open,
			})
		}
		return g
	}
	compared := Reconcile{
		At:         noon,
		Next:       in(14 * time.Hour),
		Compared:   412,
		Photos:     300,
		People:     405,
		Identities: 31,
		Points:     30,
		Since:      in(-24 * time.Hour),
	}
	one, all := compared, compared
	one.Groups = []ReconcileGroup{differ("evidence_unknown", 26, true)}
	one.Silent = []Silence{{Upstream: "esign", Code: "unavailable:503"}}
	all.Running = true
	for i, kind := range diffs[:len(diffs)-1] {
		all.Groups = append(all.Groups, differ(kind, 30, i < 3))
	}
	five := compared
	five.Groups = []ReconcileGroup{differ("evidence_unknown", 1234, true), differ("identity_unknown", 5, true),
		differ("stalled", 5, true),
		differ("photo_lost", 5, true), differ("person_gone", 5, true)}

	rows := make([]PendingRow, 12)
	for i := range rows {
		rows[i] = PendingRow{
			Ref:        ref,
			Applicant:  "ou_applicant",
			MaskedName: "欧阳**",
			State:      "awaiting_review",
			Since:      in(time.Duration(i) * time.Minute),
			Worst:      []Level{Green, Amber, Red, Grey}[i%4],
		}
	}
	days := make([]DayCount, 14)
	for i := range days {
		days[i] = DayCount{Day: noon.AddDate(0, 0, i-13).Format("2006-01-02"), Started: 3 + i, Done: 2 + i}
	}
	people := make([]string, 25)
	for i := range people {
		people[i] = "ou_done" + string(rune('a'+i))
	}
	data := MyData{
		Ref:            ref,
		State:          "done",
		MaskedName:     "张**",
		MaskedNumber:   "130***********8395",
		MaskedMobile:   "138****5678",
		Photos:         2,
		PhotosGoneAt:   in(24 * time.Hour),
		ConsentAt:      noon,
		ConsentVersion: AgreementVersion,
		Identity:       true,
		Evidence:       true,
		EvidencePoint:  "8d6f0d1e-0000-4000-8000-000000000001",
		Sent: []Disclosure{{To: "feishu_ocr", At: noon}, {To: "tencent_sms", At: noon},
			{To: "tencent_faceid", At: noon}, {To: "feishu_identity", At: noon}, {To: "esign", At: noon}},
		Views:       []View{{By: "ou_hr", At: noon, What: "review"}, {By: "ou_hr", At: noon, What: "photos"}},
		CanWithdraw: true,
	}

	return []sample{
		{name: "greeting", card: Greeting{}},
		{name: "greeting_help_hr_open", card: Greeting{HR: true, Help: true, Open: &ref}},
		{name: "consent", card: Consent{
			Ref:           ref,
			Steps:         allSteps,
			Agreement:     agreement,
			PhotosWaiting: 2,
			Expires:       in(72 * time.Hour),
		}},
		{name: "consent_bare", card: Consent{Ref: ref}},
		{name: "photos_start", card: Photos{
			Ref:     ref,
			Steps:   allSteps,
			Front:   SideMissing,
			Back:    SideMissing,
			Expires: in(72 * time.Hour),
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
		{name: "photo_problem", card: PhotoProblem{
			Ref:     ref,
			Problem: "nothing",
			Need:    []string{SideFront, SideBack},
			Tries:   1,
		}},
		{name: "photo_problem_again", card: PhotoProblem{
			Ref:     ref,
			Problem: "duplicate_front",
			Side:    SideFront,
			Need:    []string{SideBack},
			Tries:   3,
		}},
		{name: "confirm", card: confirm, clearData: true},
		{name: "confirm_problems", card: problems, clearData: true},
		{name: "confirm_sent_back", card: returned, clearData: true},
		{name: "confirm_mismatch", card: mismatch, clearData: true},
		{name: "confirm_masked", card: masked},
		{name: "code_sending", card: Code{
			Ref:          ref,
			Steps:        allSteps,
			MaskedMobile: "138****5678",
			State:        "sending",
		}},
		{name: "code_delayed", card: Code{
			Ref:          ref,
			Steps:        allSteps,
			MaskedMobile: "138****5678",
			State:        "delayed",
			TriesLeft:    5,
			CodeExpires:  in(5 * time.Minute),
		}},
		{name: "code_sent", card: Code{
			Ref:          ref,
			Steps:        allSteps,
			MaskedMobile: "138****5678",
			State:        "sent",
			TriesLeft:    5,
			SentAt:       noon,
			ResendAt:     in(time.Minute),
			CodeExpires:  in(5 * time.Minute),
		}},
		{name: "code_wrong", card: Code{
			Ref:          ref,
			Steps:        allSteps,
			MaskedMobile: "138****5678",
			State:        "sent",
			Problem:      "wrong",
			TriesLeft:    4,
			SentAt:       noon,
			ResendAt:     in(time.Minute),
			CodeExpires:  in(5 * time.Minute),
		}},
		{name: "code_too_many", card: Code{
			Ref:          ref,
			Steps:        allSteps,
			MaskedMobile: "138****5678",
			State:        "sent",
			Problem:      "too_many_tries",
			SentAt:       noon,
			ResendAt:     in(time.Minute),
			CodeExpires:  in(5 * time.Minute),
		}},
		{name: "code_failed", card: Code{
			Ref:          ref,
			Steps:        allSteps,
			MaskedMobile: "138****5678",
			State:        "failed",
			ResendAt:     in(time.Minute),
		}},
		{name: "code_unknown", card: Code{
			Ref:          ref,
			Steps:        allSteps,
			MaskedMobile: "138****5678",
			State:        "unknown",
			Problem:      "unknown",
			SentAt:       noon,
			ResendAt:     in(time.Minute),
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
		{name: "progress_recording", card: Progress{
			Ref:       ref,
			Steps:     allSteps,
			Stage:     "recording",
			Since:     noon,
			Automatic: true,
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
			PhotosGoneAt: in(24 * time.Hour),
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
		{name: "closed_expired", card: Closed{Ref: ref, Outcome: "expired", At: noon}},
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
		{name: "reminder", card: Reminder{Ref: ref, Stage: "photos", Expires: in(72 * time.Hour)}},
		{name: "notice", card: Notice{Code: "not_understood"}},
		{name: "notice_start", card: Notice{Code: "nothing_open", Level: Amber, Start: true}},
		{name: "notice_red", card: Notice{Code: "photo_in_group", Level: Red}},
		{name: "review", card: review},
		{name: "review_round_two", card: green},
		{name: "review_approved", card: decided(Decision{
			By:    "ou_hr",
			At:    in(time.Hour),
			What:  "approved",
			Stage: "recording",
		})},
		{name: "review_automatic", card: decided(Decision{
			At:    in(time.Hour),
			What:  "approved",
			Stage: "done",
			Filed: true,
		})},
		{name: "review_unfiled", card: decided(Decision{
			By:    "ou_hr",
			At:    in(time.Hour),
			What:  "approved",
			Stage: "done",
		})},
		{name: "review_attention", card: decided(Decision{
			By:    "ou_hr",
			At:    in(time.Hour),
			What:  "approved",
			Stage: "attention",
		})},
		{name: "review_rejected", card: decided(Decision{
			By:     "ou_hr",
			At:     in(time.Hour),
			What:   "rejected",
			Reason: "wrong_person",
		})},
		{name: "review_sent_back_queue", card: queued},
		{name: "attention", card: attention},
		{name: "attention_shared", card: crowd},
		{name: "attention_evidence_unknown", card: unknown("evidence")},
		{name: "attention_identity_unknown", card: unknown("identity")},
		{name: "attention_code_unknown", card: unknown("code")},
		{name: "attention_resolved", card: solved},
		{name: "reconcile_never", card: Reconcile{Next: in(14 * time.Hour)}},
		{name: "reconcile_agree", card: compared},
		{name: "reconcile_one_kind", card: one},
		{name: "reconcile_five_kinds", card: five},
		{name: "reconcile_every_kind", card: all},
		{name: "pending", card: Pending{Rows: rows, Total: 34, Attention: 2}},
		{name: "pending_none", card: Pending{}},
		{name: "stats", card: Stats{
			ByState: map[string]int{"awaiting_photos": 4, "awaiting_review": 2, "done": 120, "expired": 3,
				"from_the_future": 1},
			DoneToday:    5,
			StartedToday: 7,
			Done:         120,
			Open:         6,
			Unfinished:   3,
			Days:         days,
			MedianToDone: 95 * time.Minute,
			MedianReview: 26 * time.Hour,
			At:           noon,
		}},
		{name: "stats_empty", card: Stats{At: noon}},
		{name: "reminded", card: Reminded{
			Sent:    8,
			TooSoon: 2,
			Capped:  1,
			At:      noon,
		}},
		{name: "reminded_quiet", card: Reminded{Sent: 8, Quiet: true, At: in(21 * time.Hour)}},
		{name: "reminded_none", card: Reminded{At: noon}},
		{name: "board", card: Board{
			Day:       "2026-11-21",
			DoneToday: 12,
			DoneTotal: 240,
			Open:      31,
			People:    people,
			At:        noon,
		}},
		{name: "board_empty", card: Board{Day: "2026-11-21", At: noon}},
	}
}
