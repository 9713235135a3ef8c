package cards

import (
	"encoding/json"
	"time"
)

// Evidence shows an admin what is on record of the evidence of a case, and how the whole of it is exported.
type Evidence struct {
	Ref
	Applicant  string // open_id
	MaskedName string
	State      string
	Method     string
	Supplier   string // "" without a check that matched
	Serial     string
	CheckedAt  time.Time
	ApprovedBy []string // open_ids, the first of two before the second
	ApprovedAt time.Time
	Point      string // eviPointId; "" if nothing is filed
	FiledAt    time.Time
	Revision   string // of e签宝's request
	FoundBy    string // open_id of the admin who found the point by hand
	Deleted    time.Time
}

// JSON draws the facts, and the command of the export for the operator.
func (v Evidence) JSON() json.RawMessage {
	f := frame{title: tr("evidence.title"), header: headerNeutral}
	e := []node{person(v.Applicant)}
	e = append(e, facts(
		fact("identity_name", foreignText(v.MaskedName, maxName)),
		fact("state", codeText("state", v.State)),
	)...)
	if v.Point == "" {
		e = append(e, line(tr("evidence.none")))
	} else {
		f.header, f.tag, f.tagColour = headerSuccess, tr("evidence.tag"), "green"
		e = append(e, facts(
			fact("evi_point_id", machineID(v.Point)),
			fact("filed_at", timeText(v.FiledAt)),
			fact("revision", machineID(v.Revision)),
			fact("method", codeText("method", v.Method)),
			fact("supplier", foreignText(v.Supplier, maxArg)),
			fact("serial", machineID(v.Serial)),
			fact("checked_at", timeText(v.CheckedAt)),
		)...)
		if v.FoundBy != "" {
			e = append(e, row(small(tr("evidence.found_by")), person(v.FoundBy)))
		}
	}
	if len(v.ApprovedBy) > 0 {
		e = append(e, row(small(tr("evidence.approved", timeArg("at", v.ApprovedAt))),
			personList("small", true, v.ApprovedBy...)))
	}
	if !v.Deleted.IsZero() {
		e = append(e, small(tr("evidence.deleted", timeArg("at", v.Deleted))))
	}
	e = append(e, rule(), small(tr("evidence.export", textArg("case", machineID(v.Case)))))
	f.elements = e
	return f.json()
}
