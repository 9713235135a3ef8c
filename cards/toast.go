package cards

// Toast is the short answer to a click. The client shows it for some seconds (toast in the answer to the callback:
// type, content, i18n).
type Toast struct {
	ID     string // of toastTypes
	Type   string // info | success | warning | error
	ZH, EN string
}

// toastTypes lists every toast (texts "toast.<id>") with its type. The comments name its arguments.
var toastTypes = map[string]string{
	"late":                  "info", // who, what, when
	"sample_fine":           "success",
	"sample_fault":          "success",
	"not_yours":             "warning",
	"not_allowed":           "warning",
	"self_review":           "warning",
	"undone":                "success",
	"second_needed":         "info",
	"bank_asked":            "info",
	"method_chosen":         "success",
	"face_asked":            "info",
	"face_looking":          "info",
	"face_stopped":          "warning",
	"face_used_up":          "warning",
	"face_wait":             "warning",
	"second_other":          "info",
	"four_eyes_alone":       "warning",
	"read_by_another":       "info",    // who
	"bulk_done":             "success", // n, skipped
	"bulk_none":             "info",
	"bulk_undone":           "success", // n
	"desk_sent":             "success",
	"undo_not_yours":        "warning",
	"undo_over":             "warning",
	"question_sent":         "success",
	"too_many_questions":    "warning",
	"words_sent":            "success",
	"talk_left":             "success",
	"talk_closed":           "success",
	"talk_over":             "warning",
	"held":                  "success", // when
	"hold_ended":            "success",
	"hold_no_question":      "warning",
	"hold_too_long":         "warning",
	"transferred":           "success",
	"transfer_nobody":       "warning",
	"transfer_away":         "warning",
	"transfer_first":        "warning",
	"second_look_alone":     "warning",
	"second_look_waiting":   "info",
	"second_look_asked":     "success",
	"second_look_over":      "info",
	"second_look_other":     "warning",
	"second_look_confirmed": "success",
	"noted":                 "success",
	"reminded_one":          "success",
	"remind_soon":           "info",
	"remind_capped":         "info",
	"remind_suspended":      "warning",
	"renamed_kept":          "success",
	"renamed_again":         "success",
	"campaign_lead":         "success",
	"campaign_lead_told":    "info",
	"campaign_begun":        "success",
	"campaign_exists":       "info",
	"campaign_changed":      "info",
	"campaign_started":      "success",
	"campaign_no_target":    "warning",
	"campaign_two_targets":  "warning",
	"campaign_chase":        "success",
	"campaign_chase_none":   "info",
	"campaign_taken_out":    "success",
	"campaign_list_long":    "warning",
	"not_staff":             "warning",
	"came_late":             "info", // when
	"closed":                "info",
	"bad_request":           "error",
	"card_unknown":          "warning",
	"missing_field":         "warning", // field
	"wrong_field":           "warning", // field
	"saved":                 "success",
	"consented":             "success",
	"cancelled":             "info",
	"deleted":               "success",
	"hr_asked":              "success",
	"registered":            "info",
	"not_verified":          "warning",
	"code_wrong":            "error", // left
	"code_expired":          "warning",
	"code_too_many":         "warning", // too many tries of one code
	"codes_used_up":         "warning", // too many codes within a day
	"too_many_cases":        "warning", // too many cases within a day
	"code_wait":             "info",    // seconds
	"code_format":           "warning", // an entry that cannot be the code
	"resent":                "success",
	"busy":                  "warning",
	"working":               "info",
	"done":                  "success",
	"already":               "info",
	"approved":              "success",
	"sent_back":             "success",
	"rejected":              "success",
	"retried":               "success",
	"resolved":              "success",
	"shut":                  "success",
	"reminded":              "success", // n
	"nothing_next":          "info",
	"opened":                "info",
	"brought":               "success",
	"write_quiet":           "info", // seconds
	"peek_sent":             "success",
	"peek_open":             "info",
	"peek_limit":            "warning", // n
	"request_made":          "success", // due
	"request_open":          "info",
	"copy_recent":           "info",
	"requests_today":        "warning",
	"request_of_bot":        "info",
	"export_begun":          "success",
	"export_running":        "info",
	"export_limit":          "warning", // n
	"no_originals":          "info",
	"permit":                "warning",
	"consent_changed":       "warning",
	"open_page":             "warning",
	"on_file":               "success",
	"can_be_recorded":       "warning", // kept on file although a platform takes the document
	"red":                   "warning", // approved without a reason although a check is red
}

// NewToast returns the toast with this id of toastTypes. The argument "what" is a code of the catalogue did, "field"
// one of label; see argFamily. Other arguments are cleaned and masked. An unknown id gives the toast bad_request.
func NewToast(id string, args map[string]string) Toast {
	kind, known := toastTypes[id]
	if !known {
		id, kind = "bad_request", toastTypes["bad_request"]
	}
	t := tr("toast."+id, argsFrom(args)...)
	return Toast{ID: id, Type: kind, ZH: t.zh, EN: t.en}
}
