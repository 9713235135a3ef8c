package cards

import (
	"strings"
	"time"
)

// requestSamples returns the cards about requests of people about their own data.
func requestSamples() []sample {
	asked := RequestRow{Kind: "correct", Outcome: "open", At: noon, Due: "2026-12-11", Words: "姓名里的字写错了"}
	late := asked
	late.Overdue = true
	declined := RequestRow{Kind: "object", Outcome: "declined", At: noon, Due: "2026-12-11", Ended: after(time.Hour),
		Words: "不要给第三方", Reason: "存证依法要保管"}
	deletion := RequestRow{Kind: "delete", Outcome: "open", At: noon, Due: "2026-12-11"}
	of := func(r RequestRow) Request {
		return Request{Ref: ref, Applicant: "ou_1", MaskedName: "张**", State: "done", RequestRow: r}
	}
	return []sample{
		{name: "request_open", card: of(asked)},
		{name: "request_late", card: of(late)},
		{name: "request_answered", card: of(declined)},
		{name: "request_delete", card: of(deletion)},
		{name: "requests", card: Requests{Total: 12, Overdue: 1, At: noon, Rows: []RequestsRow{
			{Ref: ref, Applicant: "ou_1", RequestRow: late},
			{Ref: ref, Applicant: "ou_2", RequestRow: deletion},
		}}},
		{name: "requests_none", card: Requests{At: noon}},
		{name: "requests_late", card: RequestsLate{Overdue: 2, Due: "2026-12-11", At: noon}},
		{name: "request_ended_declined", card: RequestEnded{declined}},
		{name: "request_ended_deleted", card: RequestEnded{RequestRow{Kind: "delete", Outcome: "fulfilled", At: noon,
			Due: "2026-12-11", Ended: after(time.Minute)}}},
		{name: "audit_head", card: AuditHead{Day: "2026-11-21", Hash: strings.Repeat("0123456789abcdef", 4), Chains: 12}},
		{name: "audit_head_quiet", card: AuditHead{Day: "2026-11-22", Hash: strings.Repeat("0123456789abcdef", 4)}},
		{name: "privacy", card: Privacy{From: "2026-10-23", To: "2026-11-21",
			Recipients: []string{"feishu", "tencent_sms", "esign"}, Retention: agreement.Retention,
			InHand: 12, Ended: 345, Started: 40, Done: 35,
			Looks: []PrivacyLook{{View{By: "ou_hr", What: "photos", Reason: "name_check"}, 3},
				{View{By: "ou_hr", What: "review"}, 40}, {View{Group: true, What: "group"}, 12},
				{View{Operator: true, What: "evidence_full"}, 1}},
			Deletions: []Deletion{{Rule: "photo_grace", Cases: 30, Pictures: 60}, {Rule: "request", Cases: 1}},
			Proof:     strings.Repeat("fedcba9876543210", 4),
			Requests:  []PrivacyRequests{{Kind: "correct", Made: 2, Fulfilled: 1, Late: 1, Took: 26 * time.Hour}},
			Refused:   []PrivacyRefused{{What: "photos", N: 4, People: 2, Last: noon}, {What: "words", N: 7}}, Unsent: 3,
			Open: 1, Overdue: 1, Incidents: []PrivacyIncident{{Kind: "evidence_full", N: 1}},
			Head: strings.Repeat("0123456789abcdef", 4), HeadDay: "2026-11-21", At: noon}},
		{name: "privacy_empty", card: Privacy{From: "2026-10-23", To: "2026-11-21", At: noon}},
		{name: "copy_sent", card: CopySent{Until: after(23 * time.Hour)}},
		{name: "my_data_requests", card: MyData{Ref: ref, State: "recording", MaskedName: "张**", CanDelete: true,
			Retention: agreement.Retention,
			Requests:  []RequestRow{declined, asked}}},
	}
}
