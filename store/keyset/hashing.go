package keyset

import (
	"bytes"
	"crypto/hmac"
	"fmt"
	"maps"
	"slices"

	"github.com/tink-crypto/tink-go/v2/prf"
)

// macSize is the length of a keyed hash in bytes.
const macSize = 32

// MAC returns the keyed hash of a purpose and data under the hashing key of the epoch in use. It depends on where one
// part ends and the next begins: ("ab","c") and ("a","bc") differ.
func (k *Keyset) MAC(purpose string, data ...string) []byte {
	mac, _ := k.MACWithEpoch(purpose, data...)
	return mac
}

// MACWithEpoch is MAC, and returns the epoch that was in use.
func (k *Keyset) MACWithEpoch(purpose string, data ...string) (mac []byte, epoch int) {
	used := k.state.Load().used()
	return computePrimary(used.mac, purpose, data), used.number
}

// MACs returns the keyed hashes under every hashing key that the keyset holds: first the one that MAC returns, then
// those of the other epochs, newest first. What is stored or was given out is looked for under all of them.
func (k *Keyset) MACs(purpose string, data ...string) [][]byte {
	s := k.state.Load()
	out := allPRFs(nil, s.used().mac, purpose, data)
	for i := len(s.epochs) - 1; i >= 0; i-- {
		if i != s.inUse {
			out = allPRFs(out, s.epochs[i].mac, purpose, data)
		}
	}
	return out
}

// allPRFs appends the hashes under all keys of a set that out does not have yet, that of the primary key first. A file
// of version 1 may hold a set with former keys.
func allPRFs(out [][]byte, set *prf.Set, purpose string, data []string) [][]byte {
	add := func(mac []byte) {
		if !slices.ContainsFunc(out, func(had []byte) bool { return bytes.Equal(had, mac) }) {
			out = append(out, mac)
		}
	}
	add(computePrimary(set, purpose, data))
	if len(set.PRFs) > 1 {
		for _, id := range slices.Sorted(maps.Keys(set.PRFs)) {
			add(compute(set.PRFs[id], purpose, data, macSize))
		}
	}
	return out
}

func computePrimary(set *prf.Set, purpose string, data []string) []byte {
	return compute(set.PRFs[set.PrimaryID], purpose, data, macSize)
}

func compute(p prf.PRF, purpose string, data []string, size uint32) []byte {
	out, err := p.ComputePRF(lengthPrefixed(purpose, data), size)
	if err != nil {
		panic(fmt.Sprintf("store: mac: %v", err)) // HMAC-SHA256 always yields 32 bytes
	}
	return out
}

// Matches reports whether mac is the keyed hash of the parts under any hashing key that the keyset holds.
func (k *Keyset) Matches(mac []byte, purpose string, data ...string) bool {
	return slices.ContainsFunc(k.MACs(purpose, data...), func(m []byte) bool { return hmac.Equal(m, mac) })
}

// FormerHashing reports whether the keyset holds an epoch before the one in use with another hashing key.
func (k *Keyset) FormerHashing() bool {
	s := k.state.Load()
	return slices.ContainsFunc(s.epochs[:s.inUse], func(e epoch) bool { return e.macID != s.used().macID })
}

// HashEpoch returns the newest epoch up to the one in use that has the hashing key of an epoch. Number 0 is the oldest
// one: what no version noted an epoch for. An epoch that the keyset does not hold is returned as it is.
func (k *Keyset) HashEpoch(number int) int {
	s := k.state.Load()
	i := 0
	if number > 0 {
		i = s.find(number)
	}
	if i < 0 {
		return number
	}
	for j := s.inUse; j > i; j-- {
		if s.epochs[j].macID == s.epochs[i].macID {
			return s.epochs[j].number
		}
	}
	return s.epochs[i].number
}
