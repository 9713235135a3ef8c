package specimen

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// What the OCR refuses, with Feishu's codes (document_ai-v1/id_card/recognize).
var (
	// ErrBadFile: not a JPG, PNG or BMP under 10 MB, or broken (2110001).
	ErrBadFile = errors.New("specimen: not a readable JPG, PNG or BMP under 10 MB")
	// ErrNothing: a picture, but no card can be read in it (2110002).
	ErrNothing = errors.New("specimen: no card can be read in the picture")
)

// MaxFile is the size in bytes from which files are refused.
const MaxFile = 10_000_000

// Entity is one field read from a card, in the platform's words.
type Entity struct {
	Type  string `json:"type"`  // identity_name, identity_code, …
	Value string `json:"value"` // as printed: 1990年1月1日, 2020.01.01, 长期
}

// Result is what was read from a picture.
type Result struct {
	Entities []Entity `json:"entities"`
	Side     int      `json:"side"` // SideName or SideEmblem
	// x, y of the card's corners in pixels: upper left, then clockwise as the card is read
	Corners     [8]int `json:"conners"`
	FaceCorners [8]int `json:"face_conners"` // the same of the portrait; zeros on the emblem side
}

// String counts the fields and shows none.
func (r Result) String() string { return fmt.Sprintf("side %d, %d fields", r.Side, len(r.Entities)) }

// GoString is String, for %#v.
func (r Result) GoString() string { return r.String() }

// LogValue is String, for slog.
func (r Result) LogValue() slog.Value { return slog.StringValue(r.String()) }

// Read is the simulated OCR: it reads the card in a picture from its pixels. EXIF is not honoured (what Feishu does
// is unknown); a card may lie at any angle. Of several cards the first found is returned. The error is ErrBadFile or
// ErrNothing.
func Read(img []byte) (Result, error) {
	g, err := decode(img)
	if err != nil {
		return Result{}, err
	}
	f, ok := search(g)
	if !ok {
		return Result{}, ErrNothing
	}
	r := Result{Entities: f.entities(), Side: f.payload.Side}
	place := f.cardToPicture()
	r.Corners = quad(place, 0, 0, cardW, cardH)
	if r.Side == SideName {
		r.FaceCorners = quad(place, float64(portrait.Min.X), float64(portrait.Min.Y), float64(portrait.Max.X),
			float64(portrait.Max.Y))
	}
	return r, nil
}

// parsePayload understands the text of a QR code, if it is one of ours.
func parsePayload(text string) (payload, bool) {
	var p payload
	if err := json.Unmarshal([]byte(text), &p); err != nil || p.Mark != payloadMark {
		return p, false
	}
	return p, p.Side == SideName || p.Side == SideEmblem
}

// entities lists the fields that are printed; what is empty on the card is not found by an OCR.
func (f found) entities() []Entity {
	var out []Entity
	add := func(kind, value string) {
		if value != "" {
			out = append(out, Entity{kind, value})
		}
	}
	p := f.payload
	if p.Side == SideName {
		add("identity_name", p.Name)
		add("gender", p.Gender)
		add("race", p.Race)
		add("birth", reformat(p.Birth, "2006年1月2日"))
		add("address", p.Address)
		add("identity_code", p.Code)
		return out
	}
	add("issued_by", p.Issuer)
	add("valid_date_start", reformat(p.From, "2006.01.02"))
	add("valid_date_end", reformat(p.To, "2006.01.02"))
	return out
}

// reformat brings 20060102 into another layout and leaves everything else alone.
func reformat(dense, layout string) string {
	t, err := time.Parse("20060102", dense)
	if err != nil {
		return dense
	}
	return t.Format(layout)
}
