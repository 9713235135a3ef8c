package handover

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"
)

// Head is a notification about a head over the audit trail that was verified and taken.
type Head struct {
	ID   string // webhook-id
	Body []byte
	Day  string
	Hash string
}

// Heads returns the notifications about heads that were taken, in their order, with the repetitions.
func (r *Receiver) Heads() []Head {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.heads)
}

// parseHead reads a notification about a head; ours is false for another one. It knows all its fields, so that a new one
// shows.
func parseHead(body []byte) (h Head, ours bool, problem string) {
	var n struct {
		Type      string    `json:"type"`
		Timestamp time.Time `json:"timestamp"`
		Data      struct {
			TenantKey string `json:"tenant_key"`
			Day       string `json:"day"`
			Head      string `json:"head"`
			Previous  string `json:"previous"`
			Chains    int    `json:"chains"`
			Part      int    `json:"part"`
			Parts     int    `json:"parts"`
			Ends      []struct {
				Chain string `json:"chain"`
				Row   int64  `json:"row"`
				Hash  string `json:"hash"`
			} `json:"ends"`
		} `json:"data"`
	}
	if typeOf(body) != "audit_head.published" {
		return h, false, ""
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if decoder.Decode(&n) != nil {
		return h, true, "not the documented JSON"
	}
	d := n.Data
	_, err := time.Parse(time.DateOnly, d.Day)
	switch {
	case err != nil || n.Timestamp.IsZero() || d.TenantKey == "" || d.Part < 1 || d.Part > d.Parts ||
		len(d.Ends) > d.Chains:
		return h, true, "a field is missing or contradicts another"
	case !isHash(d.Head, 32) || !isHash(d.Previous, 32):
		return h, true, "a hash is none"
	}
	for _, e := range d.Ends {
		if !isHash(e.Chain, 16) || !isHash(e.Hash, 32) || e.Row < 1 {
			return h, true, "an end is none"
		}
	}
	return Head{Day: d.Day, Hash: d.Head}, true, ""
}

// isHash reports whether s is so many bytes in hex.
func isHash(s string, size int) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && len(raw) == size
}
