package specimen

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Errors of the OCR, with Feishu's codes (document_ai-v1/id_card/recognize).
var (
	// ErrBadFile means that the file is no JPG, PNG or BMP under 10 MB, or that it is broken (2110001).
	ErrBadFile = errors.New("specimen: not a readable JPG, PNG or BMP under 10 MB")
	// ErrNothing means that the picture shows no readable card (2110002).
	ErrNothing = errors.New("specimen: no card can be read in the picture")
)

// MaxFile is the size in bytes from which Read refuses a file.
const MaxFile = 10_000_000

// Entity is one field of a card, in the platform's terms.
type Entity struct {
	Type  string `json:"type"`  // identity_name, identity_code, …
	Value string `json:"value"` // as printed: 1990年1月1日, 2020.01.01, 长期
}

// Result is the reading of a picture.
type Result struct {
	Entities []Entity `json:"entities"`
	Side     int      `json:"side"` // SideName or SideEmblem
	// x, y of the card's corners in pixels: upper left, then clockwise on the upright card
	Corners     [8]int `json:"conners"`
	FaceCorners [8]int `json:"face_conners"` // the same for the portrait; zeros on the emblem side
}

// String returns the number of fields, without their values.
func (r Result) String() string { return fmt.Sprintf("side %d, %d fields", r.Side, len(r.Entities)) }

// GoString is String, for %#v.
func (r Result) GoString() string { return r.String() }

// LogValue is String, for slog.
func (r Result) LogValue() slog.Value { return slog.StringValue(r.String()) }

// Read is the simulated OCR: it reads a card at any angle from the pixels of a picture. It ignores EXIF, because
// Feishu's behaviour is unknown. Of several cards it returns the first one that it finds. The error is ErrBadFile or
// ErrNothing.
func Read(img []byte) (Result, error) {
	g, err := decode(img)
	if err != nil {
		return Result{}, err
	}
	f, ok := search(g)
	if !ok || f.payload.Side == sidePage {
		return Result{}, ErrNothing
	}
	r := Result{Entities: f.entities(), Side: f.payload.Side}
	place := f.cardToPicture()
	r.Corners = quad(place, 0, 0, cardW, cardH)
	if r.Side == SideName {
		x0, y0, x1, y1 := portrait.Min.X, portrait.Min.Y, portrait.Max.X, portrait.Max.Y
		r.FaceCorners = quad(place, float64(x0), float64(y0), float64(x1), float64(y1))
	}
	return r, nil
}

// parsePayload parses the text of a QR code. It returns false if this package has not created the code.
func parsePayload(text string) (payload, bool) {
	var p payload
	if err := json.Unmarshal([]byte(text), &p); err != nil || p.Mark != payloadMark {
		return p, false
	}
	return p, p.Side == SideName || p.Side == SideEmblem || p.Side == sidePage && pages[p.Kind] != nil
}

// entities lists the printed fields, misread where the photo says so. Like a real OCR, it omits fields that are empty
// on the card.
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
		return misread(p.Misread, out)
	}
	add("issued_by", p.Issuer)
	add("valid_date_start", reformat(p.From, "2006.01.02"))
	add("valid_date_end", reformat(p.To, "2006.01.02"))
	return misread(p.Misread, out)
}

// reformat changes the layout of a date 20060102 and returns any other text unchanged.
func reformat(dense, layout string) string {
	t, err := time.Parse("20060102", dense)
	if err != nil {
		return dense
	}
	return t.Format(layout)
}
