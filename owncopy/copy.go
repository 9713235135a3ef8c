package owncopy

import (
	"encoding/json"
	"time"

	"shiming/cards"
	"shiming/flows"
)

// Version names the form of the JSON.
const Version = "shiming-own-data/1"

// Copy is everything that is kept about a person. Codes stand in the JSON as they are kept; the page explains them.
type Copy struct {
	Version       string         `json:"version"`
	MadeAt        string         `json:"made_at"` // RFC 3339, China time, as every time here
	Company       string         `json:"company,omitempty"`
	Tenant        string         `json:"tenant"`
	OpenID        string         `json:"open_id"`
	Registrations []Registration `json:"registrations"` // newest first
	Requests      []Request      `json:"requests"`      // newest first
}

// Registration is one case of the person.
type Registration struct {
	ID        string     `json:"case_id"`
	State     string     `json:"state"`
	Outcome   string     `json:"outcome,omitempty"`
	OpenedAt  string     `json:"opened_at"`
	StateAt   string     `json:"state_at"`
	Deleted   string     `json:"deleted_at,omitempty"`     // when the data was deleted
	PhotosEnd string     `json:"photos_until,omitempty"`   // when the photos are deleted
	Consent   *Consent   `json:"consent,omitempty"`        // to the processing
	Reading   *Reading   `json:"reading,omitempty"`        // of the agreements
	Fields    []Field    `json:"fields"`                   // values in full
	Notes     int        `json:"internal_notes,omitempty"` // HR's own notes; their number only
	Photos    []Photo    `json:"photos"`
	Sent      []Sent     `json:"sent"`
	Looks     []Look     `json:"looks"`
	Evidence  *Write     `json:"evidence,omitempty"`
	Identity  *Write     `json:"identity,omitempty"`
	Exchanges []Exchange `json:"exchanges,omitempty"`
}

// Field is one value.
type Field struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Consent is the person's consent.
type Consent struct {
	At         string   `json:"at"`
	Version    string   `json:"version"`
	SHA256     string   `json:"sha256"`
	Recipients []string `json:"recipients,omitempty"`
}

// Reading is the reading of the agreements.
type Reading struct {
	At    string                `json:"at"`
	Login string                `json:"login"`
	Files []flows.AgreementFile `json:"files"`
}

// Photo is a picture; Content is its JPEG while it is kept.
type Photo struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"` // front, back, document, face, answer, or ""
	At      string `json:"at"`
	SHA256  string `json:"sha256,omitempty"` // of the picture as sent
	Content []byte `json:"jpeg,omitempty"`
}

// Sent is a transfer of data to a recipient.
type Sent struct {
	To string `json:"to"`
	At string `json:"at"`
}

// Look is an access by somebody else.
type Look struct {
	By     string `json:"by"` // open_id, or operator
	At     string `json:"at"`
	What   string `json:"what"`
	Reason string `json:"reason,omitempty"`
}

// Write is a record at a platform.
type Write struct {
	State string `json:"state"`
	ID    string `json:"id,omitempty"`
	At    string `json:"at,omitempty"`
}

// Exchange is a question of HR or the person's answer.
type Exchange struct {
	By    string `json:"by"` // open_id of the admin, or "" for the person
	At    string `json:"at"`
	Text  string `json:"text"`
	Photo string `json:"photo,omitempty"` // id
}

// Request is a request of the person about the data.
type Request struct {
	Kind   string `json:"kind"`
	State  string `json:"state"`
	At     string `json:"at"`
	Due    string `json:"due"`
	Ended  string `json:"ended_at,omitempty"`
	Words  string `json:"words,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// Input is what a copy is made of.
type Input struct {
	Now      time.Time
	Company  string
	Tenant   string
	OpenID   string
	Cases    []*flows.Case
	Looks    map[string][]cards.View      // by case id
	Pictures map[string]map[string][]byte // JPEG by case and photo
	Requests []*flows.DataRequest
}

// Of makes the copy.
func Of(in Input) Copy {
	out := Copy{
		Version:       Version,
		MadeAt:        stamp(in.Now),
		Company:       in.Company,
		Tenant:        in.Tenant,
		OpenID:        in.OpenID,
		Registrations: []Registration{},
		Requests:      []Request{},
	}
	for _, c := range in.Cases {
		out.Registrations = append(out.Registrations, registration(c, in))
	}
	for _, r := range in.Requests {
		out.Requests = append(out.Requests, Request{
			Kind:   string(r.Kind),
			State:  string(r.State),
			At:     stamp(r.AskedAt),
			Due:    stamp(r.DueAt),
			Ended:  stamp(r.EndedAt),
			Words:  r.Text.Words,
			Reason: r.Text.Reason,
		})
	}
	return out
}

// JSON returns the copy as indented JSON.
func (c Copy) JSON() ([]byte, error) { return json.MarshalIndent(c, "", "  ") }

// stamp writes a time in China time; "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(flows.ChinaTime).Format(time.RFC3339)
}
