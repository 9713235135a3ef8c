package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"shiming/flows"
)

// Ends of audit chains, counted uses and marks of people are found by keyed hashes. A rotation puts them under the
// hashing key of the epoch in use: an end by what it covers, the others by the people whom the database knows.

// moveChains computes the keyed hashes over the ends of the chains anew. An end that no key confirms keeps its hash, so
// that the chain goes on to count as cut; it does not hold up the rotation.
func (m *keyMove) moveChains(ctx context.Context) error {
	if !m.store.keys.FormerHashing() {
		return nil
	}
	type end struct {
		auditHead
		mac []byte
	}
	after := ""
	return inBatches(ctx, m, func() ([]end, error) {
		return collect(ctx, m.store.backend.read, "move chains", func(scan scanner) (e end, err error) {
			err = scan(&e.caseID, &e.seq, &e.hash, &e.mac)
			after = e.caseID
			return e, err
		}, `
			SELECT case_id, seq, hash, mac
			FROM audit_heads
			WHERE mac_epoch < $1 AND case_id > $2
			ORDER BY case_id
			LIMIT $3`,
			m.target, after, moveBatch)
	}, func(t *txn, e end) (int64, error) {
		parts := headMACParts(e.caseID, e.seq, e.hash)
		mac, epoch := t.keys.MACWithEpoch(headPurpose, parts...)
		if !t.keys.Matches(e.mac, headPurpose, parts...) {
			m.cut["end of the audit chain of case "+e.caseID] = true
			mac = e.mac
		}
		return t.exec(ctx, "move chain",
			`UPDATE audit_heads SET mac = $1, mac_epoch = $2 WHERE case_id = $3 AND mac = $4`, mac, epoch, e.caseID, e.mac)
	})
}

// HashesFunc returns what is kept under keyed hashes about a person: the keys of uses and of settings, each under every
// hashing key, first the one in use. The mobiles may be empty.
type HashesFunc func(tenantKey, openID string, mobiles ...string) (uses, settings [][]string)

// hashedPerson is a person whom the database knows.
type hashedPerson struct {
	tenantKey, openID string
	mobiles           []string
}

// movePeople puts uses and settings about people under the hashing key in use, and notes that it has ended. It may run
// again from the start. Keyed hashes of people whom the database does not know stay as they are, and are recognised
// until their epoch is retired.
func (m *keyMove) movePeople(ctx context.Context, hashes HashesFunc) error {
	s := m.store
	behind, err := s.hashesBehind(ctx)
	if err != nil || !behind {
		return err
	}
	for _, read := range []func() ([]hashedPerson, error){
		m.peopleOfCases(ctx), m.peopleOf(ctx, "employments"), m.peopleOf(ctx, "campaign_people"),
	} {
		for hashes != nil {
			people, err := read()
			if err != nil {
				return err
			}
			if len(people) == 0 {
				break
			}
			if err := m.movePage(ctx, hashes, people); err != nil {
				return err
			}
		}
	}
	return s.putMark(ctx, hashedMark, strconv.Itoa(m.target))
}

// peopleOfCases returns the people of the cases, page by page. A case that does not open has no mobiles.
func (m *keyMove) peopleOfCases(ctx context.Context) func() ([]hashedPerson, error) {
	after := ""
	v := &view{q: m.store.backend.read, keys: m.store.keys}
	return func() ([]hashedPerson, error) {
		return collect(ctx, v.q, "people of cases", func(scan scanner) (p hashedPerson, err error) {
			c, err := v.scanCase(func(dest ...any) error {
				err := scan(append(dest, &p.tenantKey, &p.openID)...)
				after = *dest[0].(*string)
				return err
			})
			if err != nil {
				if p.openID == "" {
					return p, err
				}
				return p, nil // the rotation names it as unreadable
			}
			p.mobiles = []string{c.Personal.Mobile, c.Personal.CodeMobile}
			return p, nil
		}, `
			SELECT `+caseColumns+`, c.tenant_key, c.open_id
			FROM cases c
			WHERE c.id > $1
			ORDER BY c.id
			LIMIT $2`,
			after, moveBatch)
	}
}

// peopleOf returns the people of another table, page by page.
func (m *keyMove) peopleOf(ctx context.Context, table string) func() ([]hashedPerson, error) {
	tenant, openID := "", ""
	return func() ([]hashedPerson, error) {
		return collect(ctx, m.store.backend.read, "people of "+table, func(scan scanner) (p hashedPerson, err error) {
			err = scan(&p.tenantKey, &p.openID)
			tenant, openID = p.tenantKey, p.openID
			return p, err
		}, `
			SELECT DISTINCT tenant_key, open_id
			FROM `+table+`
			WHERE (tenant_key, open_id) > ($1, $2)
			ORDER BY tenant_key, open_id
			LIMIT $3`,
			tenant, openID, moveBatch)
	}
}

// movePage moves what is kept about a page of people.
func (m *keyMove) movePage(ctx context.Context, hashes HashesFunc, people []hashedPerson) error {
	uses, settings := map[string]string{}, map[string]map[string]string{} // former key to the one in use; by tenant
	add := func(to map[string]string, keys [][]string) {
		for _, of := range keys {
			for _, former := range of[1:] {
				to[former] = of[0]
			}
		}
	}
	for _, p := range people {
		u, s := hashes(p.tenantKey, p.openID, p.mobiles...)
		add(uses, u)
		if settings[p.tenantKey] == nil {
			settings[p.tenantKey] = map[string]string{}
		}
		add(settings[p.tenantKey], s)
	}
	if err := m.moveHashes(ctx, uses, `FROM uses WHERE `, `INSERT INTO uses (key, id, at_ms) SELECT %s, id, at_ms `); err != nil {
		return err
	}
	for tenant, keys := range settings {
		err := m.moveHashes(ctx, keys, `FROM settings WHERE tenant_key = $1 AND `,
			`INSERT INTO settings (tenant_key, key, value) SELECT tenant_key, %s, value `, tenant)
		if err != nil {
			return err
		}
	}
	return nil
}

// moveHashes gives the rows of a table the keys in use. from selects the rows of a key by args and one more parameter,
// and insert copies them under another key. What is there under the key in use stays.
func (m *keyMove) moveHashes(ctx context.Context, keys map[string]string, from, insert string, args ...any) error {
	found, err := m.present(ctx, slices.Sorted(maps.Keys(keys)), from, args)
	if err != nil || len(found) == 0 {
		return err
	}
	n := len(args)
	where := fmt.Sprintf("%skey = $%d", from, n+1)
	err = m.store.Tx(flows.WithLowPriority(ctx), func(tx flows.Tx) error {
		t := tx.(*txn)
		for _, former := range found {
			old := slices.Concat(args, []any{former})
			_, err := t.exec(ctx, "move hash",
				fmt.Sprintf(insert, fmt.Sprintf("CAST($%d AS TEXT)", n+2))+where+` ON CONFLICT DO NOTHING`,
				append(old, keys[former])...)
			if err != nil {
				return err
			}
			if _, err := t.exec(ctx, "move hash", `DELETE `+where, old...); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		m.moved(len(found))
	}
	return err
}

// present returns those of the keys that have rows.
func (m *keyMove) present(ctx context.Context, keys []string, from string, args []any) (found []string, err error) {
	for chunk := range slices.Chunk(keys, moveBatch) {
		all, marks := slices.Clone(args), make([]string, len(chunk))
		for i, key := range chunk {
			all = append(all, key)
			marks[i] = "$" + strconv.Itoa(len(all))
		}
		had, err := collect(ctx, m.store.backend.read, "hashes", scanString,
			`SELECT DISTINCT key `+from+`key IN (`+strings.Join(marks, ",")+`)`, all...)
		if err != nil {
			return nil, err
		}
		found = append(found, had...)
	}
	return found, nil
}
