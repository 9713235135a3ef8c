package evidence

import (
	"cmp"
	"strings"

	"shiming/cards"
)

// section is a part of the record for people. Rows of a section without Head are pairs of a label and a value.
type section struct {
	Title string
	Note  string
	Head  []string
	Rows  [][]string
}

// words says a record in a language.
type words struct{ lang string }

func (w words) t(id string, args ...Arg) string { return tr(w.lang, id, args...) }

// pair returns a row of a label and a value; nil for an empty value.
func (w words) pair(id, value string) []string {
	if value == "" {
		return nil
	}
	return []string{w.t("label." + id), value}
}

// field says the value of a field, or why it is not there.
func (w words) field(f Field) string {
	switch f.State {
	case Deleted:
		return w.t("deleted")
	case Masked:
		return f.Value + " " + w.t("masked")
	}
	return f.Value
}

// named returns a row for a field of a card or a form.
func (w words) named(f Field) []string { return []string{w.t("label." + f.Name), w.field(f)} }

func (w words) code(family, code string) string {
	if code == "" {
		return ""
	}
	return cards.CodeText(family, code, w.lang) + " (" + code + ")"
}

// own is code for codes of this package's texts.
func (w words) own(family, code string) string {
	if t := w.t(family + "." + code); t != "" {
		return t + " (" + code + ")"
	}
	return code
}

// at shows a moment to the second.
func at(stamp string) string {
	day, rest, ok := strings.Cut(stamp, "T")
	if !ok || len(rest) < 8 {
		return stamp
	}
	return day + " " + rest[:8]
}

// rows leaves out rows without a value.
func rows(all ...[]string) (out [][]string) {
	for _, r := range all {
		if r != nil {
			out = append(out, r)
		}
	}
	return out
}

// sections says what is on record, in the order in which it happened. A part that did not happen has no section.
func (r *Record) sections(lang string) (out []section) {
	w := words{lang}
	add := func(id string, s section) {
		if len(s.Rows) > 0 {
			s.Title = w.t("section." + id)
			out = append(out, s)
		}
	}
	add("case", section{Rows: w.caseRows(r)})
	for _, read := range r.Read {
		s := section{Rows: rows(w.pair("side", w.own("side", read.Side)), w.pair("read_at", at(read.At)))}
		for _, f := range read.Fields {
			s.Rows = append(s.Rows, w.named(f))
		}
		add("read", s)
	}
	corrected := section{Head: []string{w.t("head.field"), w.t("head.read"), w.t("head.typed")}}
	for _, c := range r.Corrected {
		corrected.Rows = append(corrected.Rows, []string{w.t("label." + c.Field), w.field(c.Read), w.field(c.Typed)})
	}
	add("corrected", corrected)
	if c := r.Confirmed; c != nil {
		s := section{Rows: rows(w.pair("at", at(c.At)))}
		for _, f := range c.Fields {
			s.Rows = append(s.Rows, w.named(f))
		}
		add("confirmed", s)
	}
	add("agreed", section{Rows: w.agreedRows(r.Agreed)})
	if c := r.Code; c != nil {
		add("code", section{Rows: rows(w.pair("sent_at", at(c.SentAt)), w.pair("passed_at", at(c.PassedAt)),
			w.pair("sms_supplier", c.Supplier), w.pair("serial", c.Serial))})
	}
	if c := r.Checked; c != nil {
		add("checked", section{Rows: rows(w.pair("outcome", w.own("outcome", c.Outcome)),
			w.pair("supplier", c.Supplier), w.pair("serial", c.Serial), w.pair("at", at(c.At)))})
	}
	approved := section{Head: []string{w.t("head.by"), w.t("head.at"), w.t("head.reason")}}
	for _, a := range r.Approved {
		by := cmp.Or(a.By, w.t("by_policy"))
		if a.First {
			by += " " + w.t("first_of_two")
		}
		approved.Rows = append(approved.Rows, []string{by, at(a.At), w.code("reason", a.Reason)})
	}
	add("approved", approved)
	if c := r.Recorded; c != nil {
		add("recorded", section{Rows: rows(w.pair("verify_uid", c.VerifyUID), w.pair("at", at(c.At)),
			w.pair("confirmed_by", c.ConfirmedBy))})
	}
	if c := r.Filed; c != nil {
		add("filed", section{Rows: rows(w.pair("evi_point_id", c.Point), w.pair("at", at(c.At)),
			w.pair("revision", string(c.Revision)), w.pair("confirmed_by", c.ConfirmedBy))})
		sent := section{Head: []string{w.t("head.field"), w.t("head.value")}}
		for _, f := range c.Fields {
			sent.Rows = append(sent.Rows, []string{f.Name, w.field(f)})
		}
		add("sent", sent)
	}
	for _, p := range r.Photos {
		add("photo", section{Rows: rows(w.pair("side", w.own("side", p.Side)), w.pair("file_id", p.FileID),
			w.pair("at", at(p.At)), w.pair("sha256", p.SHA256), w.pair("md5", p.MD5), w.pair("format", p.Format),
			w.pair("changes", p.Changes), w.pair("sha256_uploaded", p.SHA256Uploaded),
			w.pair("md5_uploaded", p.MD5Uploaded))})
	}
	looks := section{Head: []string{w.t("head.by"), w.t("head.at"), w.t("head.what"), w.t("head.reason")}}
	for _, l := range r.Looks {
		reason := l.Reason
		if l.What == "photos" {
			reason = w.code("peek_reason", reason)
		}
		looks.Rows = append(looks.Rows, []string{w.who(l.By), at(l.At), cards.CodeText("looked", l.What, lang), reason})
	}
	add("looks", looks)
	add("audit", w.trail(r))
	return out
}

func (w words) who(actor string) string {
	if t := w.t("who." + actor); t != "" {
		return t
	}
	return actor
}

func (w words) caseRows(r *Record) [][]string {
	c := r.Case
	values := w.t("values_masked")
	if r.Export.Full {
		values = w.t("values_full", arg("reason", r.Export.Reason))
	}
	return rows(
		w.pair("company", r.Export.Company),
		w.pair("case", c.ID),
		w.pair("person", c.OpenID),
		w.pair("tenant", c.Tenant),
		w.pair("state", w.code("state", string(c.State))),
		w.pair("method", w.code("method", string(c.Method))),
		w.pair("opened_at", at(c.OpenedAt)),
		w.pair("entered_at", at(c.EnteredAt)),
		w.pair("photos_deleted_at", at(c.PhotosDeleted)),
		w.pair("fields_deleted_at", at(c.FieldsDeleted)),
		w.pair("exported_at", at(r.Export.At)),
		w.pair("values", values),
	)
}

func (w words) agreedRows(a *Agreed) (out [][]string) {
	if a == nil {
		return nil
	}
	if c := a.Consent; c != nil {
		out = rows(w.pair("consent_version", c.Version), w.pair("consent_sha256", c.SHA256),
			w.pair("consent_at", at(c.At)))
	}
	for _, f := range a.Agreements {
		out = append(out, rows(w.pair("agreement", "《"+f.Title+"》 "+f.Version), w.pair("sha256_text", f.SHA256))...)
	}
	if a.ReadAt == "" {
		return out
	}
	out = append(out, rows(w.pair("read_time", at(a.ReadAt)), w.pair("read_type", w.own("read_type", a.ReadType)),
		w.pair("read_login", w.own("read_login", a.ReadLogin)))...)
	if a.ReadIP != nil {
		out = append(out, w.named(*a.ReadIP))
	}
	return out
}

// trail says each row of the audit trail with the beginning of its hash. The bundle has the whole hashes.
func (w words) trail(r *Record) section {
	s := section{
		Note: w.t("note.audit"),
	}
	for _, id := range []string{"head.row", "head.at", "head.by", "head.event", "head.state", "head.hash"} {
		s.Head = append(s.Head, w.t(id))
	}
	facts := r.Audit.facts()
	for i, row := range r.Audit.Rows {
		f := facts[i]
		state := f.To
		if f.From != f.To {
			state = f.From + " → " + f.To
		}
		s.Rows = append(s.Rows, []string{
			number(f.Seq), at(moment(f.AtMS)), w.who(f.Actor), f.Event, state, row.Hash[:min(16, len(row.Hash))] + "…",
		})
	}
	return s
}
