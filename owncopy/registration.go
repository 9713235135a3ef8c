package owncopy

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"shiming/cards"
	"shiming/flows"
)

// registration makes of a case what the copy says of it.
func registration(c *flows.Case, in Input) Registration {
	out := Registration{
		ID:       c.ID,
		State:    string(c.State),
		Outcome:  c.Outcome,
		OpenedAt: stamp(c.CreatedAt),
		StateAt:  stamp(c.EnteredAt),
		Deleted:  stamp(c.Erased),
		Fields:   fields(c),
		Notes:    ownNotes(&c.Personal),
		Photos:   []Photo{},
		Sent:     []Sent{},
		Looks:    []Look{},
		Identity: write(c.Identity),
		Evidence: write(c.Evidence),
	}
	if c.PhotosGoneAt.IsZero() {
		out.PhotosEnd = stamp(c.PurgeAt)
	}
	if c.Consent != nil {
		out.Consent = &Consent{stamp(c.Consent.At), c.Consent.Version, c.Consent.Hash, c.Consent.Recipients}
	}
	if c.Reading != nil {
		out.Reading = &Reading{stamp(c.Reading.At), string(c.Reading.Login), c.Reading.Files}
	}
	for _, p := range c.Photos {
		kind := string(p.Side)
		switch p.State {
		case flows.PhotoFace:
			kind = "face"
		case flows.PhotoAnswer, flows.PhotoAnswerWaiting:
			kind = "answer"
		}
		out.Photos = append(out.Photos, Photo{p.ID, kind, stamp(p.At), p.SHA256, in.Pictures[c.ID][p.ID]})
	}
	for _, s := range c.Sent {
		out.Sent = append(out.Sent, Sent{s.To, stamp(s.At)})
	}
	for _, v := range in.Looks[c.ID] {
		look := Look{By: v.By, At: stamp(v.At), What: v.What, Reason: cmp.Or(v.Words, v.Reason)}
		if v.Operator {
			look.By = flows.ActorOperator
		}
		out.Looks = append(out.Looks, look)
	}
	for _, x := range c.Personal.Exchanges {
		text := x.Text
		if x.Preset != "" {
			text = cards.CodeText("question", x.Preset, "zh")
		}
		out.Exchanges = append(out.Exchanges, Exchange{x.By, stamp(x.At), text, x.Photo})
	}
	return out
}

func write(w *flows.Write) *Write {
	if w == nil {
		return nil
	}
	return &Write{string(w.State), w.ID, stamp(w.At)}
}

// fields lists every value of Personal that is about the person, in full. What is left out: the link and the token of a
// check by face, which would open it; HR's internal notes, of which the copy says how many there are; exchanges, which
// stand apart.
func fields(c *flows.Case) []Field {
	p := c.Personal
	out := []Field{}
	add := func(key, value string) {
		if value != "" {
			out = append(out, Field{key, value})
		}
	}
	add("name", p.Name)
	add("number", p.Number)
	add("mobile", p.Mobile)
	add("directory_name", p.ContactName)
	add("directory_mobile", p.ContactMobile)
	add("code_mobile", p.CodeMobile)
	add("sms_code", p.SMSCode)
	add("bank_card", p.BankCard)
	add("bank", p.OpeningBank)
	add("read_ip", p.ReadIP)
	add("document", string(p.Document))
	add("hr_note", p.Note)
	add("hr_note_before", p.NoteBefore)
	add("bound_value", p.BoundValue)
	add("asked_name", p.AskedName)
	add("asked_number", p.AskedNumber)
	add("asked_mobile", p.AskedMobile)
	add("asked_note", p.AskedNote)
	if p.Front != nil {
		out = append(out, clearFields("read_front", p.Front)...)
	}
	if p.Back != nil {
		out = append(out, clearFields("read_back", p.Back)...)
	}
	if p.DocumentRead != nil {
		out = append(out, clearFields("document_read", p.DocumentRead)...)
	}
	if b := c.Check; b != nil {
		add("check", strings.Join([]string{string(b.Method), string(b.Outcome), b.Supplier, b.Serial, stamp(b.At)}, " "))
		add("face_similarity", b.Similarity)
		add("face_liveness", b.Liveness)
	}
	return out
}

// ownNotes counts the notes that only HR reads, that about a sample among them.
func ownNotes(p *flows.Personal) int {
	n := len(p.InternalNotes)
	if p.SampleNote != "" {
		n++
	}
	return n
}

// clearFields lists the values of a sealed reading, whose JSON is in clear, in the order of its keys. What describes the
// picture only is left out.
func clearFields(prefix string, sealed any) (out []Field) {
	raw, err := json.Marshal(sealed)
	if err != nil {
		return nil
	}
	var values map[string]any
	if json.Unmarshal(raw, &values) != nil {
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		switch value := values[key].(type) {
		case string:
			if value != "" && key != "side" {
				out = append(out, Field{prefix + "." + key, value})
			}
		case bool:
			out = append(out, Field{prefix + "." + key, strconv.FormatBool(value)})
		}
	}
	return out
}
