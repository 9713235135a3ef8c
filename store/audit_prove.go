package store

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"shiming/flows"
)

// GapKind says what is wrong at a place of the audit trail.
type GapKind string

// Kinds of gaps.
const (
	GapMissing   GapKind = "missing"   // there is no row with this number
	GapAltered   GapKind = "altered"   // the row is another one than its hash says
	GapReordered GapKind = "reordered" // the row follows another row of the chain than the one before it
	GapUnlinked  GapKind = "unlinked"  // the row follows none of the rows of the chain
	GapCut       GapKind = "cut"       // the end of the chain is not the one under the keyed hash
	GapNoCase    GapKind = "no_case"   // a chain of a case that does not exist
	GapPublished GapKind = "published" // the row is another one than a published head covers, or is gone
	GapHead      GapKind = "head"      // a head of the database is another one than its ends say
	GapRewritten GapKind = "rewritten" // a published head that was given is not one of the database
	GapKept      GapKind = "kept"      // a row is another one than the receiver of the heads was told, or is gone
)

// AuditGap is a place of the audit trail that does not prove itself.
type AuditGap struct {
	Kind      GapKind `json:"kind"`
	TenantKey string  `json:"tenant,omitempty"`
	CaseID    string  `json:"case,omitempty"`
	After     int64   `json:"after_row,omitempty"` // kept: the last row that is as the receiver was told
	Seq       int64   `json:"row,omitempty"`
	Chain     string  `json:"chain,omitempty"` // kept: the flows.ChainName of a chain of which no case and no row is left
	Day       string  `json:"day,omitempty"`   // of a head
	Head      string  `json:"head,omitempty"`  // hex
}

// AuditProof counts what was looked at, and lists the gaps.
type AuditProof struct {
	Chains   int        `json:"chains"`
	Rows     int        `json:"rows"`
	Heads    int        `json:"heads"`
	LastHead string     `json:"last_head,omitempty"` // hex, of the newest head; "" if there is none
	LastDay  string     `json:"last_day,omitempty"`
	Given    int        `json:"given_heads"` // heads that were given and found
	Kept     int        `json:"kept_heads"`  // heads that the receiver has kept as they are in the database
	KeptEnds int        `json:"kept_ends"`   // ends that it has kept and that were compared
	Gaps     []AuditGap `json:"gaps"`
	// Headless are days without a head, and Unkept days whose head the receiver has not kept, or not as a whole, from its
	// first to its last one. Neither is a gap of the trail: the bot or the receiver may have been away.
	Headless []HeadDays `json:"days_without_head"`
	Unkept   []HeadDays `json:"days_not_kept"`
}

// HeadDays are successive days of a tenant, as 2006-01-02.
type HeadDays struct {
	TenantKey string `json:"tenant"`
	From      string `json:"from"`
	To        string `json:"to"`
}

// provePage is how many chains are read in one snapshot.
const provePage = 200

// ProveAudit computes every audit chain and every head again, and compares them with published heads that are given.
// It changes nothing, and may run beside a serve. It holds one page of chains in memory.
func (s *Store) ProveAudit(ctx context.Context, given ...[]byte) (*AuditProof, error) {
	return s.ProveAuditBy(ctx, nil, given...)
}

// ProveAuditBy is ProveAudit that also compares with what the receiver of the heads has kept, nil for nothing. It can
// be called once with a KeptHeads.
func (s *Store) ProveAuditBy(ctx context.Context, kept *KeptHeads, given ...[]byte) (*AuditProof, error) {
	p := &AuditProof{Gaps: []AuditGap{}, Headless: []HeadDays{}, Unkept: []HeadDays{}}
	for after := ""; ; {
		var ids []string
		err := s.View(ctx, func(fv flows.View) (err error) {
			v := fv.(*view)
			ids, err = v.chainIDs(ctx, after)
			if err != nil {
				return err
			}
			page := AuditProof{}
			for _, id := range ids {
				if err := v.proveChain(ctx, id, kept, &page); err != nil {
					return err
				}
			}
			p.Chains, p.Rows, p.KeptEnds = p.Chains+page.Chains, p.Rows+page.Rows, p.KeptEnds+page.KeptEnds
			p.Gaps = append(p.Gaps, page.Gaps...)
			return nil
		})
		if err != nil {
			return nil, err
		}
		if len(ids) < provePage {
			break
		}
		after = ids[len(ids)-1]
	}
	kept.addLostChains(p)
	return p, s.View(ctx, func(fv flows.View) error { return fv.(*view).proveHeads(ctx, p, kept, given, s.Now()) })
}

// chainIDs returns a page of the ids of all cases, and of all that have a row, an end or a published end.
func (v *view) chainIDs(ctx context.Context, after string) ([]string, error) {
	return collect(ctx, v.q, "chains", scanString, `
		SELECT id FROM (
			SELECT * FROM (SELECT id FROM cases WHERE id > $1 ORDER BY id LIMIT $2) AS a
			UNION
			SELECT * FROM (SELECT DISTINCT case_id AS id FROM audit WHERE case_id > $1 ORDER BY case_id LIMIT $2) AS b
			UNION
			SELECT * FROM (SELECT case_id AS id FROM audit_heads WHERE case_id > $1 ORDER BY case_id LIMIT $2) AS c
			UNION
			SELECT * FROM (
				SELECT DISTINCT case_id AS id FROM published_ends WHERE case_id > $1 ORDER BY case_id LIMIT $2) AS d
		) AS ids
		ORDER BY id
		LIMIT $2`,
		after, provePage)
}

// proveChain checks a chain row by row and adds every gap. VerifyChain stops at the first one.
func (v *view) proveChain(ctx context.Context, caseID string, kept *KeptHeads, p *AuditProof) error {
	rows, err := v.AuditOf(ctx, caseID)
	if err != nil {
		return err
	}
	p.Chains++
	p.Rows += len(rows)
	gap := func(kind GapKind, seq int64) {
		p.Gaps = append(p.Gaps, AuditGap{Kind: kind, CaseID: caseID, Seq: seq})
	}
	if _, err := v.Case(ctx, caseID); flows.IsNotFound(err) {
		gap(GapNoCase, 0)
	}
	hashes := map[string]bool{}
	for _, row := range rows {
		hashes[string(row.Hash)] = true
	}
	prev, next := genesisHash, int64(1)
	for _, row := range rows {
		for ; next < row.Seq; next++ {
			gap(GapMissing, next)
			prev = nil // what the row follows is not known
		}
		sum, err := hashRow(row)
		if err != nil {
			return err
		}
		switch linked := prev == nil || bytes.Equal(row.Prev, prev); {
		case !linked && (hashes[string(row.Prev)] || bytes.Equal(row.Prev, genesisHash)):
			gap(GapReordered, row.Seq)
		case !linked:
			gap(GapUnlinked, row.Seq)
		case !bytes.Equal(sum, row.Hash):
			gap(GapAltered, row.Seq)
		}
		prev, next = row.Hash, row.Seq+1
	}
	last := genesisHash
	if len(rows) > 0 {
		last = rows[len(rows)-1].Hash
	}
	broken := new(ChainError)
	if err := v.verifyHead(ctx, caseID, next-1, last); errors.As(err, &broken) {
		gap(GapCut, broken.Seq)
	} else if err != nil {
		return err
	}
	kept.compareChain(caseID, rows, p)
	return nil
}

// proveHeads computes the heads again, compares the rows with what the heads cover, and looks for the given heads.
func (v *view) proveHeads(
	ctx context.Context, p *AuditProof, kept *KeptHeads, given [][]byte, now time.Time,
) error {
	heads, err := v.publishedHeads(ctx)
	if err != nil {
		return err
	}
	if p.Headless, err = daysWithoutHead(heads, now); err != nil {
		return err
	}
	kept.compareHeads(heads, p)
	known := map[string]bool{}
	previous, tenant := flows.NoHead(), ""
	for i, h := range heads {
		if i == 0 || h.TenantKey != tenant {
			previous, tenant = flows.NoHead(), h.TenantKey
		}
		sum := flows.NewHeadHasher(h.TenantKey, h.Day, previous)
		for after := ""; ; {
			ends, err := v.PublishedEnds(ctx, h.TenantKey, h.Day, after, provePage)
			if err != nil {
				return err
			}
			for _, e := range ends {
				sum.Add(e)
				after = e.CaseID
			}
			if len(ends) < provePage {
				break
			}
		}
		if !bytes.Equal(h.Previous, previous) || !bytes.Equal(sum.Sum(), h.Hash) {
			p.Gaps = append(p.Gaps, AuditGap{
				Kind: GapHead, TenantKey: h.TenantKey, Day: h.Day, Head: hex.EncodeToString(h.Hash),
			})
		}
		previous = h.Hash
		known[string(sum.Sum())] = true
		p.Heads++
		if h.Day >= p.LastDay {
			p.LastDay, p.LastHead = h.Day, hex.EncodeToString(h.Hash)
		}
	}
	covered, err := collect(ctx, v.q, "rows under heads", func(scan scanner) (g AuditGap, err error) {
		g.Kind = GapPublished
		return g, scan(&g.TenantKey, &g.Day, &g.CaseID, &g.Seq)
	}, `
		SELECT p.tenant_key, p.day, p.case_id, p.seq
		FROM published_ends p
		LEFT JOIN audit a ON a.case_id = p.case_id AND a.seq = p.seq
		WHERE a.hash IS NULL OR a.hash <> p.hash
		ORDER BY p.tenant_key, p.day, p.case_id`)
	if err != nil {
		return err
	}
	p.Gaps = append(p.Gaps, covered...)
	for _, head := range given {
		if known[string(head)] {
			p.Given++
			continue
		}
		if !slices.ContainsFunc(p.Gaps, func(g AuditGap) bool { return g.Head == hex.EncodeToString(head) }) {
			p.Gaps = append(p.Gaps, AuditGap{Kind: GapRewritten, Head: hex.EncodeToString(head)})
		}
	}
	return nil
}
