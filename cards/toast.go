package cards

// Toast is the short answer to a click, shown over the chat for some seconds: event callback answer
// toast{type, content, i18n{zh_cn, en_us}}.
type Toast struct {
	Type   string // info | success | warning | error
	ZH, EN string
}

// toastTypes lists every toast ("toast.<id>") with its type.
var toastTypes = map[string]string{
	"late":          "info",    // who, what (catalogue did), when
	"not_yours":     "warning", //
	"not_allowed":   "warning", //
	"self_review":   "warning", //
	"closed":        "info",    //
	"bad_request":   "error",   //
	"missing_field": "warning", // field
	"wrong_field":   "warning", // field
	"saved":         "success", //
	"consented":     "success", //
	"cancelled":     "info",    //
	"deleted":       "success", //
	"code_wrong":    "error",   // left
	"code_expired":  "warning", //
	"code_too_many": "warning", // of one code
	"codes_used_up": "warning", // of one day
	"code_wait":     "info",    // seconds
	"resent":        "success", //
	"busy":          "warning", //
	"working":       "info",    //
	"done":          "success", //
	"already":       "info",    //
	"approved":      "success", //
	"sent_back":     "success", //
	"rejected":      "success", //
	"retried":       "success", //
	"resolved":      "success", //
	"shut":          "success", //
	"reminded":      "success", // n
	"nothing_next":  "info",    //
	"opened":        "info",    //
	"brought":       "success", //
	"write_quiet":   "info",    // seconds
	"peek_sent":     "success", //
}

// NewToast fills the toast with this id; the ids are the keys of the table above. The argument "what" takes a code of
// the catalogue did, "field" one of label; other arguments are shown as they are, cleaned and masked. An unknown id
// gives the toast bad_request.
func NewToast(id string, args map[string]string) Toast {
	kind, known := toastTypes[id]
	if !known {
		id, kind = "bad_request", toastTypes["bad_request"]
	}
	t := tr("toast."+id, given(args)...)
	return Toast{Type: kind, ZH: t.zh, EN: t.en}
}
