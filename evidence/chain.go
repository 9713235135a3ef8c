package evidence

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"shiming/flows"
)

// Trail is the audit trail of the case, whose rows are chained by hashes.
type Trail struct {
	Rows []Row `json:"rows"`
}

// Row is one row of the trail.
type Row struct {
	// Link is the canonical JSON of the row (flows.AuditRow.Link), spread over lines. Hash is SHA-256 over the 32 bytes of
	// Prev and Link without the blanks between its parts.
	Link json.RawMessage `json:"link"`
	Prev string          `json:"prev"` // hex
	Hash string          `json:"hash"` // hex
	// Withheld are the keys of detail whose values a masked record does not show as they were hashed. The hash of such a
	// row is stated and cannot be recomputed.
	Withheld []string `json:"withheld,omitempty"`
}

// detailIP is the only personal value of the trail.
const detailIP = "read_ip"

// trailOf converts audit rows. Unless in full, it masks the address of the reader.
func trailOf(rows []flows.AuditRow, full bool) (Trail, error) {
	out := Trail{Rows: make([]Row, 0, len(rows))}
	for _, r := range rows {
		row := Row{Prev: hex.EncodeToString(r.Prev), Hash: hex.EncodeToString(r.Hash)}
		if ip := r.Detail[detailIP]; ip != "" && !full {
			r.Detail = maps.Clone(r.Detail)
			r.Detail[detailIP] = maskAddress(ip)
			row.Withheld = []string{detailIP}
		}
		link, err := r.Link()
		if err != nil {
			return Trail{}, fmt.Errorf("evidence: row %d: %w", r.Seq, err)
		}
		row.Link = link
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}

// linkFacts are the parts of a link that other parts of a record are compared with.
type linkFacts struct {
	Case   string            `json:"case"`
	Seq    int64             `json:"seq"`
	AtMS   int64             `json:"at_ms"`
	Actor  string            `json:"actor"`
	Event  string            `json:"event"`
	From   string            `json:"from"`
	To     string            `json:"to"`
	Why    string            `json:"why"`
	Detail map[string]string `json:"detail"`
}

// facts reads the link of each row.
func (t Trail) facts() []linkFacts {
	out := make([]linkFacts, len(t.Rows))
	for i, row := range t.Rows {
		_ = json.Unmarshal(row.Link, &out[i]) // what is no link has no facts, and its hash is wrong
	}
	return out
}

// checkTrail returns what is wrong with the trail, and what does not fit it.
func (r *Record) checkTrail() []Finding {
	facts := r.Audit.facts()
	return append(r.Audit.checkChain(r.Case.ID, facts), r.checkFacts(facts)...)
}

// checkChain recomputes the trail and returns what does not fit.
func (t Trail) checkChain(caseID string, facts []linkFacts) (bad []Finding) {
	prev := strings.Repeat("00", 32)
	for i, row := range t.Rows {
		n := int64(i + 1)
		f := facts[i]
		switch {
		case f.Seq != n || f.Case != caseID:
			bad = append(bad, found("row_place", arg("row", n)))
		case row.Prev != prev:
			bad = append(bad, found("row_unlinked", arg("row", n)))
		case len(row.Withheld) == 0 && row.sum() != row.Hash:
			bad = append(bad, found("row_changed", arg("row", n), arg("event", f.Event)))
		}
		prev = row.Hash
	}
	return bad
}

// sum computes the hash of the row again; "" if it cannot be.
func (r Row) sum() string {
	var compact bytes.Buffer
	prev, err := hex.DecodeString(r.Prev)
	if err != nil || json.Compact(&compact, r.Link) != nil {
		return ""
	}
	return hex.EncodeToString(flows.LinkHash(prev, compact.Bytes()))
}

// checkFacts compares the facts of the record with the rows of its trail.
func (r *Record) checkFacts(facts []linkFacts) (bad []Finding) {
	has := func(event flows.Kind, detail map[string]string) bool {
		for _, f := range facts {
			fits := f.Event == string(event)
			for key, want := range detail {
				fits = fits && f.Detail[key] == want
			}
			if fits {
				return true
			}
		}
		return false
	}
	need := func(part string, event flows.Kind, detail map[string]string) {
		if !has(event, detail) {
			bad = append(bad, found("fact_without_row", arg("part", part)))
		}
	}
	if a := r.Agreed; a != nil && a.Consent != nil {
		need("agreed.consent", flows.Consented, map[string]string{"agreement_sha256": a.Consent.SHA256})
	}
	if a := r.Agreed; a != nil && len(a.Agreements) > 0 {
		need("agreed.agreements", flows.Consented, map[string]string{
			"read_sha256": a.Agreements[0].SHA256, "read_at": a.ReadAt, "read_type": a.ReadType,
		})
	}
	if k := r.Checked; k != nil {
		need("checked", flows.PersonChecked, map[string]string{
			"outcome": k.Outcome, "supplier": k.Supplier, "serial": k.Serial, "checked_at": k.At,
		})
	}
	for _, p := range r.Photos {
		need("photos."+p.Side, flows.PhotoUploaded, map[string]string{
			"file_id": p.FileID, "sha256": p.SHA256, "sha256_uploaded": p.SHA256Uploaded,
		})
	}
	if w := r.Recorded; w != nil && w.ConfirmedBy == "" {
		need("recorded", flows.IdentityRecorded, map[string]string{"verify_uid": w.VerifyUID})
	}
	if w := r.Filed; w != nil {
		event := flows.EvidenceFiled
		if w.ConfirmedBy != "" {
			event = flows.Resolved
		}
		need("filed", event, map[string]string{"evi_point_id": w.Point})
	}
	return bad
}
