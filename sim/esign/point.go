package esign

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"time"
)

// Point is an evidence point. A real bot may use the simulated platform, so a Point prints, logs and marshals nothing
// personal; tests read the fields.
type Point struct {
	ID                 string // P and 19 digits
	At                 time.Time
	EviName            string
	CustomBizID        string
	Method             string // THREEELEMENTS, BANKCARDFOUR, FACE
	TimeStamp          string // milliseconds (Revision2024) or 2006-01-02 15:04:05 (Revision202510)
	Name               string
	CardNo             string
	CardType           string
	CardPortrait       string // file id
	CardNationalEmblem string // file id
	Mark               string
	Agreement          Agreement         // empty in Revision2024
	Detail             map[string]string // the fields of threeElements, bankCardFour or face
}

// Agreement says which certificate agreement the person read, when and how.
type Agreement struct{ Title, Version, Hash, Time, Type, IP string }

// String names the point and its case, nothing personal.
func (p Point) String() string {
	return fmt.Sprintf("point %s of case %s by %s", p.ID, p.CustomBizID, p.Method)
}

// GoString is String, for %#v.
func (p Point) GoString() string { return p.String() }

// Format is String for every verb.
func (p Point) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// LogValue is String, for slog.
func (p Point) LogValue() slog.Value { return slog.StringValue(p.String()) }

// MarshalJSON writes the fields that are not personal, for the page of the playground.
func (p Point) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{
		"id":                   p.ID,
		"at":                   p.At,
		"custom_biz_id":        p.CustomBizID,
		"method":               p.Method,
		"card_type":            p.CardType,
		"card_portrait":        p.CardPortrait,
		"card_national_emblem": p.CardNationalEmblem,
		"supplier":             p.Detail["infoVerifySupplier"],
		"serial":               p.Detail["verifySerialNumber"],
	})
}

// firstPoint gives the ids the form of the page's sample, P1904811111836663815.
const firstPoint = 1904811111836000000

// file stores a validated point and returns its id.
func (s *Server) file(p Point) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.ID = "P" + strconv.Itoa(firstPoint+len(s.points)+1)
	p.At = s.cfg.Now()
	s.points = append(s.points, p)
	return p.ID
}

// Points returns all points in the order of their creation.
func (s *Server) Points() []Point {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Point(nil), s.points...)
}

// PointsFor returns the points of a customBizId. More than one means that the bot filed twice.
func (s *Server) PointsFor(bizID string) []Point {
	var out []Point
	for _, p := range s.Points() {
		if p.CustomBizID == bizID {
			out = append(out, p)
		}
	}
	return out
}
