package cards

import (
	"encoding/json"
	"slices"
	"time"
)

// MyData shows applicants which data of theirs is stored.
type MyData struct {
	Ref
	State                  string // case state
	MaskedName             string
	MaskedNumber           string
	MaskedMobile           string
	MaskedCard, Bank       string // of the bank card, until the evidence is filed
	Faces                  int    // pictures of the face, which are deleted with the photos
	Photos                 int    // number of stored photos
	PhotosGoneAt           time.Time
	ConsentAt              time.Time
	ConsentVersion         string
	ReadAt                 time.Time // when the agreement was read, zero if it was not
	ReadTitle, ReadVersion string
	ReadIP                 string // from where; "" once it is deleted
	Exchanges              int    // questions of HR and the answers to them
	Notes                  int    // internal notes of HR
	Identity               bool   // recorded in Feishu
	Evidence               bool   // filed with e签宝
	EvidencePoint          string
	Sent                   []Disclosure
	Views                  []View
	Viewers, Places        []string     // as in Agreement, by the settings of today
	Requests               []RequestRow // oldest first
	// KeptUntil is when the details are deleted; zero: no day is known yet, and Retention says what counts.
	KeptUntil   time.Time
	Registered  bool // the case has ended with a registration
	Retention   Retention
	CanWithdraw bool
	CanDelete   bool // not before a write has ended, so that it is a request
	Deleted     bool // the confirmation after 删除我的资料
	Empty       bool // no data is stored
}

// Disclosure is a transfer of personal data to a processor.
type Disclosure struct {
	To       string // a code of texts "disclosed.<code>"
	At       time.Time
	Supplier string // legal name at that time of the company behind Tencent Cloud; "" for others, and in old cases
}

// View is an access to personal data by an admin.
type View struct {
	By       string // open_id; "" for the operator and for the group
	Operator bool   // a command in the shell
	Group    bool   // HR's group
	At       time.Time
	What     string // texts "looked.<code>"
	Reason   string // of a look at the originals, one of PeekReasons or policy; else ""
	Words    string // reason of the operator
}

// who draws who looked.
func (w View) who() node {
	if w.Operator {
		return line(tr("my_data.operator"))
	}
	if w.Group {
		return line(tr("my_data.group"))
	}
	return person(w.By)
}

// text says what was looked at, and why.
func (w View) text() text {
	switch {
	case w.Words != "":
		return join(colon, codeText("looked", w.What), foreignText(w.Words, maxArg))
	case w.Reason == "":
		return codeText("looked", w.What)
	}
	return join(colon, codeText("looked", w.What), codeText("peek_reason", w.Reason))
}

// viewersNodes draws who may see the data.
func (v MyData) viewersNodes() []node {
	if len(v.Viewers) == 0 {
		return nil
	}
	return []node{headline(tr("my_data.viewers")), small(listText("viewer", v.Viewers))}
}

// maxHistory is the number of latest disclosures and of latest views on the card.
const maxHistory = 8

// JSON draws the stored data, its recipients and the accesses, or the confirmation of the deletion.
func (v MyData) JSON() json.RawMessage {
	f := frame{title: tr("my_data.title"), header: headerNeutral}
	switch {
	case v.Deleted:
		f.title, f.header, f.tag, f.tagColour = tr("my_data.deleted_title"), headerSuccess, tr("tag.done"), "green"
		f.elements = v.receiptNodes()
	case v.Empty:
		f.elements = []node{line(tr("my_data.empty"))}
	default:
		f.elements = v.storedNodes()
	}
	return f.json()
}

// receiptNodes draws the confirmation of the deletion and the records that stay at the platforms.
func (v MyData) receiptNodes() []node {
	e := []node{line(tr("my_data.deleted"))}
	if v.Evidence {
		e = append(e, line(tr("my_data.evidence_stays")))
		e = append(e, facts(fact("evi_point_id", machineID(v.EvidencePoint)))...)
	}
	if v.Identity {
		e = append(e, line(tr("my_data.identity_stays")))
	}
	if !v.ReadAt.IsZero() { // the audit row of the reading stays
		return append(e, small(tr("my_data.proof_reading")))
	}
	return append(e, small(tr("my_data.proof")))
}

// storedNodes draws the stored data, masked.
func (v MyData) storedNodes() []node {
	e := facts(
		fact("state", codeText("state", v.State)),
		fact("identity_name", foreignText(v.MaskedName, maxName)),
		fact("identity_code", foreignText(v.MaskedNumber, maxArg)),
		fact("mobile", foreignText(v.MaskedMobile, maxArg)),
		fact("bank_card", foreignText(v.MaskedCard, maxArg)),
		fact("opening_bank", foreignText(v.Bank, maxOpeningBank)),
	)
	if v.Photos > 0 {
		t := tr("my_data.photos", intArg("n", v.Photos))
		if !v.PhotosGoneAt.IsZero() {
			t = join(sameText(" "), t, photosGoneText(v.PhotosGoneAt))
		}
		e = append(e, line(t))
	} else {
		e = append(e, line(tr("my_data.no_photos")))
	}
	if v.Faces > 0 {
		e = append(e, line(tr("my_data.faces", intArg("n", v.Faces))))
	}
	if v.Exchanges > 0 {
		e = append(e, line(tr("my_data.exchanges", intArg("n", v.Exchanges))))
	}
	if v.Notes > 0 {
		e = append(e, line(tr("my_data.notes", intArg("n", v.Notes))))
	}
	if !v.ConsentAt.IsZero() {
		version := textArg("version", machineID(v.ConsentVersion))
		e = append(e, line(tr("my_data.consent", timeArg("at", v.ConsentAt), version)))
	}
	if !v.ReadAt.IsZero() {
		e = append(e, line(tr("my_data.read", timeArg("at", v.ReadAt), quotedArg("title", v.ReadTitle),
			quotedArg("version", v.ReadVersion))))
		e = append(e, facts(fact("read_ip", machineID(v.ReadIP)))...)
	}
	if v.Identity {
		e = append(e, line(tr("my_data.identity")))
	}
	if v.Evidence {
		e = append(e, line(tr("my_data.evidence")))
		e = append(e, facts(fact("evi_point_id", machineID(v.EvidencePoint)))...)
	}
	for _, code := range v.Places {
		e = append(e, small(codeText("place", code)))
	}
	e = append(e, line(v.keptText()))
	e = append(e, v.historyNodes()...)
	e = append(e, v.viewersNodes()...)
	e = append(e, v.rightsNodes()...)
	if v.CanDelete {
		e = append(e, rule(), line(tr("my_data.delete_later")),
			askFirst("delete_data", dangerButton, v.act(ActDeleteData)))
	}
	if v.CanWithdraw {
		e = append(e, rule(), line(tr("my_data.how_to_delete")), askFirst("withdraw", dangerButton, v.act(ActWithdraw)))
	}
	return e
}

// keptText says until when the details are kept.
func (v MyData) keptText() text {
	switch {
	case !v.KeptUntil.IsZero():
		return tr("my_data.kept_until", timeArg("at", v.KeptUntil))
	case v.Registered:
		return v.Retention.fieldsText()
	}
	return v.Retention.text()
}

// historyNodes draws the latest disclosures and views.
func (v MyData) historyNodes() []node {
	var e []node
	if len(v.Sent) > 0 {
		sent := v.Sent[max(0, len(v.Sent)-maxHistory):]
		lines := make([]text, 0, len(sent))
		var companies []text
		for _, d := range sent {
			lines = append(lines, join(sameText("  "), sameText(Stamp(d.At)), codeText("disclosed", d.To)))
			if company := supplier(d.Supplier); !company.empty() && !slices.Contains(companies, company) {
				companies = append(companies, company)
			}
		}
		e = append(e, headline(tr("my_data.sent")), line(join(sameText("\n"), lines...)))
		if len(companies) > 0 {
			e = append(e, small(tr("my_data.supplier", textArg("supplier", join(sameText(" / "), companies...)))))
		}
	}
	e = append(e, headline(tr("my_data.views")))
	if len(v.Views) == 0 {
		return append(e, line(tr("my_data.no_views")))
	}
	for _, w := range v.Views[max(0, len(v.Views)-maxHistory):] {
		e = append(e, row(w.who(), small(join(sameText("  "), sameText(Stamp(w.At)), w.text()))))
	}
	return e
}
