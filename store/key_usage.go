package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"shiming/store/keyset"
)

// KeyUsage counts what is under the keys of one epoch.
type KeyUsage struct {
	Cases    int64 // cases with personal data
	Pictures int64
	Numbers  int64 // blind indexes
	Short    int64 // events not decided on yet, lines of lists, words of data requests, the app's ticket
	Chains   int64 // ends of audit chains under the hashing key
}

// Total is the sum.
func (u KeyUsage) Total() int64 { return u.Cases + u.Pictures + u.Numbers + u.Short + u.Chains }

// KeyUsage counts by epoch. What an older version has sealed with the keyset itself belongs to epoch 1. Epoch 0 is what
// no key of the keyset has made.
func (s *Store) KeyUsage(ctx context.Context) (map[int]KeyUsage, error) {
	return keyUsage(ctx, s.backend.read, s.keys)
}

func keyUsage(ctx context.Context, q querier, keys *keyset.Keyset) (map[int]KeyUsage, error) {
	out := map[int]KeyUsage{}
	type row struct {
		epoch int
		n     int64
	}
	for _, count := range []struct {
		query string
		add   func(*KeyUsage, int64)
	}{
		{`SELECT key_epoch, count(*) FROM cases WHERE sealed IS NOT NULL GROUP BY key_epoch`,
			func(u *KeyUsage, n int64) { u.Cases += n }},
		{`SELECT key_epoch, count(*) FROM pictures GROUP BY key_epoch`,
			func(u *KeyUsage, n int64) { u.Pictures += n }},
		{`SELECT index_epoch, count(*) FROM cases WHERE number_index IS NOT NULL GROUP BY index_epoch`,
			func(u *KeyUsage, n int64) { u.Numbers += n }},
	} {
		rows, err := collect(ctx, q, "key usage", func(scan scanner) (r row, err error) {
			err = scan(&r.epoch, &r.n)
			return r, err
		}, count.query)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			u := out[max(r.epoch, 1)]
			count.add(&u, r.n)
			out[max(r.epoch, 1)] = u
		}
	}
	ends, err := collect(ctx, q, "key usage", func(scan scanner) (r row, err error) {
		err = scan(&r.epoch, &r.n)
		return r, err
	}, `SELECT mac_epoch, count(*) FROM audit_heads GROUP BY mac_epoch`)
	if err != nil {
		return nil, err
	}
	for _, r := range ends {
		epoch := keys.HashEpoch(r.epoch)
		u := out[epoch]
		u.Chains += r.n
		out[epoch] = u
	}
	return out, addShortUsage(ctx, q, keys, out)
}

// addShortUsage counts what is sealed by an epoch itself. Its first bytes name the key.
func addShortUsage(ctx context.Context, q querier, keys *keyset.Keyset, out map[int]KeyUsage) error {
	for _, table := range []string{"pushes", "campaign_lines", "data_requests"} {
		epochs, err := collect(ctx, q, "key usage", func(scan scanner) (epoch int, err error) {
			var prefix []byte
			err = scan(&prefix)
			epoch, _ = keys.EpochOf(prefix)
			return epoch, err
		}, `SELECT substr(sealed, 1, 5) FROM `+table+` WHERE sealed IS NOT NULL`)
		if err != nil {
			return err
		}
		for _, epoch := range epochs {
			u := out[epoch]
			u.Short++
			out[epoch] = u
		}
	}
	tickets, err := collect(ctx, q, "key usage", scanTicket, ticketsSQL)
	if err != nil {
		return err
	}
	for _, ticket := range tickets {
		epoch, _ := keys.EpochOf(ticket.sealed)
		u := out[epoch]
		u.Short++
		out[epoch] = u
	}
	return nil
}

// sealedTicket is a stored app ticket.
type sealedTicket struct {
	key, value string
	sealed     []byte
}

const ticketsSQL = `SELECT key, value FROM settings WHERE tenant_key = '' AND key LIKE '` + appTicketSetting + `%'`

func scanTicket(scan scanner) (t sealedTicket, err error) {
	if err = scan(&t.key, &t.value); err != nil {
		return t, err
	}
	if t.sealed, err = base64.StdEncoding.DecodeString(t.value); err != nil {
		return t, fmt.Errorf("app ticket: %w", err)
	}
	return t, nil
}

// aad returns what the ticket is bound to.
func (t sealedTicket) aad() string { return appTicketAAD(strings.TrimPrefix(t.key, appTicketSetting)) }

// usageBelow sums up what is under the epochs before a number that the keyset holds. What is under no epoch, or under
// one whose keys were destroyed, opens never again and does not count.
func usageBelow(usage map[int]KeyUsage, keys *keyset.Keyset, number int) (sum KeyUsage) {
	for epoch, u := range usage {
		if epoch >= keys.Oldest().Number && epoch < number {
			sum.Cases += u.Cases
			sum.Pictures += u.Pictures
			sum.Numbers += u.Numbers
			sum.Short += u.Short
			sum.Chains += u.Chains
		}
	}
	return sum
}

// KeyState is how an epoch stands.
type KeyState string

// States of epochs.
const (
	KeyInUse   KeyState = "in use"  // seals
	KeyOld     KeyState = "old"     // only opens
	KeyNext    KeyState = "next"    // a rotation was begun and is not finished
	KeyRetired KeyState = "retired" // its keys were destroyed
)

// KeyListing is an epoch for `shiming keys list`.
type KeyListing struct {
	keyset.Epoch
	State KeyState
	Usage KeyUsage
	Ended keyset.Retired // of a retired epoch
}

// ListKeys lists the epochs, newest first, without any key.
func (s *Store) ListKeys(ctx context.Context) ([]KeyListing, error) {
	usage, err := s.KeyUsage(ctx)
	if err != nil {
		return nil, err
	}
	return listKeys(s.keys, usage), nil
}

func listKeys(keys *keyset.Keyset, usage map[int]KeyUsage) []KeyListing {
	var out []KeyListing
	for _, r := range keys.Retired() {
		out = append(out, KeyListing{
			Epoch: keyset.Epoch{Number: r.Number}, State: KeyRetired, Usage: usage[r.Number], Ended: r,
		})
	}
	used := keys.InUse().Number
	for _, e := range keys.Epochs() {
		state := KeyOld
		switch {
		case e.Number == used:
			state = KeyInUse
		case e.Number > used:
			state = KeyNext
		}
		out = append(out, KeyListing{Epoch: e, State: state, Usage: usage[e.Number]})
	}
	slices.SortFunc(out, func(a, b KeyListing) int { return b.Number - a.Number })
	return out
}
