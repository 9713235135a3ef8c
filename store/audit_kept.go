package store

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"

	"shiming/flows"
)

// KeptHeads is what the receiver of the heads (dpo.heads_url) has kept outside of the database. It holds all ends in
// memory, some 100 bytes each.
type KeptHeads struct {
	heads map[keptDay]*keptHead
	ends  map[string][]keptEnd // by flows.ChainName
}

type keptDay struct{ tenantKey, day string }

type keptHead struct {
	hashes []string // hex; more than one if the receiver was told different heads
	parts  map[int]bool
	of     int // number of parts
}

type keptEnd struct {
	at   keptDay
	seq  int64
	hash []byte
}

// ErrNotKept means that a file holds no notification about a head.
var ErrNotKept = errors.New("no notification about a head (audit_head.published) is in the file")

// NewKeptHeads returns one that holds nothing.
func NewKeptHeads() *KeptHeads {
	return &KeptHeads{map[keptDay]*keptHead{}, map[string][]keptEnd{}}
}

// Read adds notifications: their bodies as they came, one after another or in an array, in any order and with
// repetitions. Other notifications are skipped. It returns ErrNotKept if there is none about a head.
func (k *KeptHeads) Read(r io.Reader) error {
	found := false
	for decoder := json.NewDecoder(r); ; {
		var raw json.RawMessage
		err := decoder.Decode(&raw)
		switch {
		case errors.Is(err, io.EOF) && found:
			return nil
		case err != nil:
			return errors.Join(ErrNotKept, err)
		}
		all := []flows.HeadNotification{{}}
		if raw[0] == '[' {
			err = json.Unmarshal(raw, &all)
		} else {
			err = json.Unmarshal(raw, &all[0])
		}
		if err != nil {
			return errors.Join(ErrNotKept, err)
		}
		for _, n := range all {
			if n.Type != flows.HeadNotificationType {
				continue
			}
			found = true
			if err := k.add(n.Data); err != nil {
				return err
			}
		}
	}
}

func (k *KeptHeads) add(p flows.HeadPart) error {
	at := keptDay{p.TenantKey, p.Day}
	h := k.heads[at]
	if h == nil {
		h = &keptHead{parts: map[int]bool{}, of: p.Parts}
		k.heads[at] = h
	}
	if !slices.Contains(h.hashes, p.Head) {
		h.hashes = append(h.hashes, p.Head)
	}
	h.parts[p.Part] = true
	for _, e := range p.Ends {
		hash, err := hex.DecodeString(e.Hash)
		if err != nil || len(hash) != len(genesisHash) || e.Row < 1 {
			return errors.Join(ErrNotKept, errors.New("an end without row or hash on "+p.Day))
		}
		repeated := slices.ContainsFunc(k.ends[e.Chain], func(had keptEnd) bool {
			return had.at == at && had.seq == e.Row && bytes.Equal(had.hash, hash)
		})
		if !repeated {
			k.ends[e.Chain] = append(k.ends[e.Chain], keptEnd{at, e.Row, hash})
		}
	}
	return nil
}

// compareChain adds the first row of a chain that is not as the receiver was told. Every later one differs with it.
func (k *KeptHeads) compareChain(caseID string, rows []flows.AuditRow, p *AuditProof) {
	if k == nil {
		return
	}
	name := flows.ChainName(caseID)
	ends := k.ends[name]
	delete(k.ends, name) // what is left in the end has no chain in the database
	p.KeptEnds += len(ends)
	slices.SortStableFunc(ends, func(a, b keptEnd) int { return cmp.Compare(a.seq, b.seq) })
	same := int64(0)
	for _, e := range ends {
		i, found := slices.BinarySearchFunc(rows, e.seq, func(r flows.AuditRow, seq int64) int {
			return cmp.Compare(r.Seq, seq)
		})
		if found && bytes.Equal(rows[i].Hash, e.hash) {
			same = e.seq
			continue
		}
		p.Gaps = append(p.Gaps, AuditGap{
			Kind: GapKept, TenantKey: e.at.tenantKey, CaseID: caseID, After: same, Seq: e.seq, Day: e.at.day,
		})
		return
	}
}

// addLostChains adds the chains of which the receiver was told and of which nothing is left.
func (k *KeptHeads) addLostChains(p *AuditProof) {
	if k == nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(k.ends)) {
		ends := k.ends[name]
		last := slices.MaxFunc(ends, func(a, b keptEnd) int { return cmp.Compare(a.seq, b.seq) })
		p.KeptEnds += len(ends)
		p.Gaps = append(p.Gaps, AuditGap{
			Kind: GapKept, TenantKey: last.at.tenantKey, Chain: name, Seq: last.seq, Day: last.at.day,
		})
	}
}

// compareHeads adds, for each tenant, the first day whose kept head is not the database's: heads are linked, so that all
// later ones differ with it. It also lists the days that the receiver has not kept.
func (k *KeptHeads) compareHeads(heads []*flows.PublishedHead, p *AuditProof) {
	if k == nil {
		return
	}
	present := map[keptDay]string{}
	for _, h := range heads {
		present[keptDay{h.TenantKey, h.Day}] = hex.EncodeToString(h.Hash)
	}
	first, last := map[string]string{}, map[string]string{}
	differs := map[string]bool{}
	for _, at := range k.days() {
		if first[at.tenantKey] == "" {
			first[at.tenantKey] = at.day
		}
		last[at.tenantKey] = at.day
		for _, hash := range k.heads[at].hashes {
			if present[at] == hash {
				p.Kept++
			} else if !differs[at.tenantKey] {
				differs[at.tenantKey] = true
				p.Gaps = append(p.Gaps, AuditGap{Kind: GapRewritten, TenantKey: at.tenantKey, Day: at.day, Head: hash})
			}
		}
	}
	var missing []keptDay
	for _, h := range heads {
		at := keptDay{h.TenantKey, h.Day}
		kept := k.heads[at]
		between := at.day > first[at.tenantKey] && at.day < last[at.tenantKey]
		if kept == nil && between || kept != nil && len(kept.parts) < kept.of {
			missing = append(missing, at)
		}
	}
	p.Unkept = joinDays(missing)
}

// days returns the tenants and days of the kept heads, in their order.
func (k *KeptHeads) days() []keptDay {
	out := make([]keptDay, 0, len(k.heads))
	for at := range k.heads {
		out = append(out, at)
	}
	slices.SortFunc(out, compareDays)
	return out
}

func compareDays(a, b keptDay) int {
	return cmp.Or(cmp.Compare(a.tenantKey, b.tenantKey), cmp.Compare(a.day, b.day))
}
