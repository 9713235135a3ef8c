package evidence

import (
	"slices"
	"strings"
	"time"

	"shiming/esign"
	"shiming/flows"
	"shiming/idcard"
)

// builder makes the parts of a record.
type builder struct {
	c    *flows.Case
	rows []flows.AuditRow
	full bool
}

// personal returns a field with a personal value: deleted if the case holds none any more, and masked unless the record
// is in full. mask is called for values that exist.
func (b builder) personal(name, value string, mask func(string) string) Field {
	switch {
	case value == "" && !b.c.Erased.IsZero():
		return Field{Name: name, State: Deleted}
	case value == "" || b.full:
		return Field{Name: name, Value: value}
	}
	return Field{Name: name, Value: mask(value), State: Masked}
}

// hidden masks a value completely.
func hidden(string) string { return "***" }

func maskName(s string) string {
	n, err := idcard.ParseName(s)
	if err != nil {
		return hidden(s)
	}
	return n.Masked()
}

func (b builder) maskNumber(s string) string {
	switch {
	case b.c.Personal.Document != "":
		return idcard.MaskDocumentNumber(s)
	case len(s) == 18:
		return s[:3] + "***********" + s[14:]
	}
	return hidden(s)
}

func maskMobile(s string) string {
	m, err := idcard.ParseMobile(s)
	if err != nil {
		return hidden(s)
	}
	return m.Masked()
}

// maskAddress keeps the network half of an IPv4 address, or the first two groups of an IPv6 address.
func maskAddress(s string) string {
	if parts := strings.Split(s, "."); len(parts) == 4 {
		return parts[0] + "." + parts[1] + ".*.*"
	}
	if parts := strings.Split(s, ":"); len(parts) > 2 {
		return parts[0] + ":" + parts[1] + ":*"
	}
	return hidden(s)
}

// last returns the newest audit row of the event that fits; nil if there is none.
func (b builder) last(event flows.Kind, fits func(flows.AuditRow) bool) *flows.AuditRow {
	for i := range slices.Backward(b.rows) {
		if r := &b.rows[i]; r.Event == string(event) && (fits == nil || fits(*r)) {
			return r
		}
	}
	return nil
}

// read returns what the OCR read on the photos in use. After the deletion of the values nothing of it is left.
func (b builder) read() (out []Reading) {
	at := func(side string) string {
		row := b.last(flows.PhotoReadOK, func(r flows.AuditRow) bool { return side == "" || r.Detail["side"] == side })
		if row == nil {
			return ""
		}
		return stamp(row.At)
	}
	if s := b.c.Personal.Front; s != nil {
		r := s.Open()
		out = append(out, Reading{Side: "front", At: at("front"), Fields: b.present(
			b.personal("identity_name", r.TidyName(), maskName),
			b.personal("identity_code", r.TidyNumber(), b.maskNumber),
			b.personal("gender", string(r.Gender), hidden),
			b.personal("race", r.Race, hidden),
			b.personal("birth", date(r.Birth), hidden),
			b.personal("address", r.Address, hidden),
		)})
	}
	if s := b.c.Personal.Back; s != nil {
		r := s.Open()
		validTo := date(r.ValidTo)
		if r.LongTerm {
			validTo = "长期"
		}
		out = append(out, Reading{Side: "back", At: at("back"), Fields: b.present(
			b.personal("issued_by", r.IssuedBy, hidden),
			b.personal("valid_from", date(r.ValidFrom), hidden),
			b.personal("valid_to", validTo, hidden),
		)})
	}
	if s := b.c.Personal.DocumentRead; s != nil {
		r := s.Open()
		out = append(out, Reading{Side: "document", At: at(""), Fields: b.present(
			Field{Name: "document", Value: string(r.Kind)},
			b.personal("identity_name", r.Name(), maskName),
			b.personal("identity_code", r.Number(), b.maskNumber),
			b.personal("expiry", date(r.Expiry), hidden),
		)})
	}
	return out
}

// present leaves out fields that were not read.
func (b builder) present(fields ...Field) []Field {
	return slices.DeleteFunc(fields, func(f Field) bool { return f.Value == "" && f.State == "" })
}

func date(d idcard.Date) string {
	if d.IsZero() {
		return ""
	}
	return time.Date(d.Y, time.Month(d.M), d.D, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// corrected returns the fields that the person changed, with what was read.
func (b builder) corrected() (out []Correction) {
	read := map[string]string{}
	switch p := b.c.Personal; {
	case p.DocumentRead != nil:
		r := p.DocumentRead.Open()
		read["identity_name"], read["identity_code"] = r.Name(), r.Number()
	case p.Front != nil:
		r := p.Front.Open()
		read["identity_name"], read["identity_code"] = r.TidyName(), r.TidyNumber()
	}
	typed := map[string]string{"identity_name": b.c.Personal.Name, "identity_code": b.c.Personal.Number}
	for _, field := range b.c.Changed {
		mask := b.maskNumber
		if field == "identity_name" {
			mask = maskName
		}
		out = append(out, Correction{
			Field: field,
			Read:  b.personal("read", read[field], mask),
			Typed: b.personal("typed", typed[field], mask),
		})
	}
	return out
}

func (b builder) confirmed() *Confirmed {
	if b.c.Confirmed.IsZero() {
		return nil
	}
	p := b.c.Personal
	fields := []Field{
		b.personal("identity_name", p.Name, maskName),
		b.personal("identity_code", p.Number, b.maskNumber),
		b.personal("mobile", p.Mobile, maskMobile),
	}
	if p.Document != "" {
		fields = append(fields, Field{Name: "document", Value: string(p.Document)})
	}
	return &Confirmed{At: stamp(b.c.Confirmed), Fields: b.present(fields...)}
}

func (b builder) agreed() *Agreed {
	if b.c.Consent == nil && b.c.Reading == nil {
		return nil
	}
	out := &Agreed{}
	if s := b.c.Consent; s != nil {
		out.Consent = &Consent{Version: s.Version, SHA256: s.Hash, At: stamp(s.At)}
	}
	if r := b.c.Reading; r != nil {
		for _, f := range r.Files {
			out.Agreements = append(out.Agreements, Agreement(f))
		}
		out.ReadAt, out.ReadType, out.ReadLogin = stamp(r.At), string(r.Type), string(r.Login)
		ip := b.personal("read_ip", b.c.Personal.ReadIP, maskAddress)
		out.ReadIP = &ip
	}
	return out
}

func (b builder) code() *Code {
	s := b.c.Code
	if s == nil || s.PassedAt.IsZero() {
		return nil
	}
	return &Code{SentAt: stamp(s.SentAt), Supplier: s.Supplier, Serial: s.Serial, PassedAt: stamp(s.PassedAt)}
}

func (b builder) checked() *Checked {
	s := b.c.Check
	if s == nil {
		return nil
	}
	return &Checked{Outcome: string(s.Outcome), Supplier: s.Supplier, Serial: s.Serial, At: stamp(s.At)}
}

// approved returns the approval that counts, behind the first one where two were needed.
func (b builder) approved() (out []Approval) {
	r := b.c.Review
	if r == nil || r.What != flows.ReviewApproved || b.c.Pending != nil {
		return nil
	}
	if r.First != "" {
		first := b.last(flows.Approved, func(row flows.AuditRow) bool {
			return row.Actor == r.First && row.Detail["approval"] != "" && !row.At.After(r.At)
		})
		if first != nil {
			out = append(out, Approval{By: r.First, At: stamp(first.At), Reason: first.Detail["reason"], First: true})
		}
	}
	return append(out, Approval{By: r.By, At: stamp(r.At), Reason: r.Reason})
}

func (b builder) recorded() *Recorded {
	w := b.c.Identity
	if w == nil || w.State != flows.WriteDone {
		return nil
	}
	return &Recorded{VerifyUID: w.ID, At: stamp(w.At), ConfirmedBy: w.By}
}

func (b builder) filed() *Filed {
	w := b.c.Evidence
	if !flows.HasFiledEvidence(b.c) {
		return nil
	}
	out := &Filed{Point: w.ID, At: stamp(w.At), Revision: b.c.EvidenceRevision(), ConfirmedBy: w.By}
	started := b.last(flows.EvidenceStarted, nil)
	if started == nil || b.c.Check == nil || b.c.Code == nil && b.c.Method != flows.Face {
		return out
	}
	out.Fields = b.requestFields(point(b.c, esign.CardType(started.Detail["card_type"]), started.Detail["mark"]))
	return out
}

// photos returns the uploads that the case names, as the audit trail describes them.
func (b builder) photos() (out []Photo) {
	for _, s := range b.c.UploadSides() {
		side := string(s)
		id := b.c.Uploads[side]
		row := b.last(flows.PhotoUploaded, func(r flows.AuditRow) bool { return r.Detail["file_id"] == id })
		if id == "" || row == nil {
			continue
		}
		d := row.Detail
		out = append(out, Photo{
			Side:           side,
			FileID:         id,
			At:             stamp(row.At),
			SHA256:         d["sha256"],
			MD5:            d["md5"],
			Format:         d["format"],
			Changes:        d["changes"],
			SHA256Uploaded: d["sha256_uploaded"],
			MD5Uploaded:    d["md5_uploaded"],
		})
	}
	return out
}

func (b builder) looks() (out []Look) {
	for _, r := range b.rows {
		look := Look{By: r.Actor, At: stamp(r.At), Reason: r.Detail["reason"]}
		switch r.Event {
		case flows.EventLook:
			look.What, look.Reason = "review", r.Why
		case flows.EventOriginal:
			look.What = "photos"
		case flows.EventExported:
			look.What = "export"
		case flows.EventEvidenceShown, flows.EventEvidenceExported, flows.EventCopyWritten:
			look.What = flows.LookAtEvidence(r)
		default:
			continue
		}
		out = append(out, look)
	}
	return out
}
