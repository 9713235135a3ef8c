// Package keyset holds the keys of one database. It seals bytes, computes keyed hashes, and stores
// the keys in a file that only their owner can read.
//
// The keys of one time are an epoch (epoch.go). What belongs to a case is sealed with a data key of its own, which
// an epoch wraps (envelope.go). Files are described in format.go; wrapping.go encrypts them under a key from outside.
package keyset

import (
	"crypto/hmac"
	"encoding/binary"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
)

// macSize is the length of a keyed hash in bytes.
const macSize = 32

// Keyset holds the keys of one database: one set for hashing (HMAC-SHA256), and in each epoch one key for sealing
// (AES-256-GCM) and one for blind indexes (HMAC-SHA256). It seals with the epoch in use, and opens with every epoch
// that it holds. Its methods are safe for concurrent use; Reload and Use replace its content at once.
type Keyset struct {
	state atomic.Pointer[state]

	changes sync.Mutex // held by what replaces state
	file    source     // the zero value for a keyset that no file holds
}

// state is the content of a Keyset. It never changes.
type state struct {
	hashing *keyset.Handle
	prf     *prf.Set
	epochs  []epoch // ascending
	retired []Retired
	inUse   int // index in epochs
}

// New creates new keys. It panics only if the operating system has no randomness.
func New() *Keyset {
	hashing, err := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		panic(fmt.Sprintf("store: new keyset: %v", err))
	}
	first, err := newEpoch(1)
	if err != nil {
		panic(fmt.Sprintf("store: new keyset: %v", err))
	}
	k, err := fromParts(hashing, []epoch{first}, nil)
	if err != nil {
		panic(fmt.Sprintf("store: new keyset: %v", err))
	}
	return k
}

// fromParts builds a keyset that uses its newest epoch.
func fromParts(hashing *keyset.Handle, epochs []epoch, retired []Retired) (*Keyset, error) {
	p, err := prf.NewPRFSet(hashing)
	if err != nil {
		return nil, err
	}
	k := new(Keyset)
	k.state.Store(&state{hashing: hashing, prf: p, epochs: epochs, retired: retired, inUse: len(epochs) - 1})
	return k, nil
}

// MAC returns the keyed hash of a purpose and data under the primary hashing key, which a rotation does not change. It
// depends on where one part ends and the next begins: ("ab","c") and ("a","bc") differ.
func (k *Keyset) MAC(purpose string, data ...string) []byte {
	return computePrimary(k.state.Load().prf, purpose, data)
}

func computePrimary(set *prf.Set, purpose string, data []string) []byte {
	out, err := set.ComputePrimaryPRF(lengthPrefixed(purpose, data), macSize)
	if err != nil {
		panic(fmt.Sprintf("store: mac: %v", err)) // HMAC-SHA256 always yields 32 bytes
	}
	return out
}

// Matches reports whether mac is the keyed hash of the parts under any hashing key, including older
// ones.
func (k *Keyset) Matches(mac []byte, purpose string, data ...string) bool {
	for _, p := range k.state.Load().prf.PRFs {
		out, err := p.ComputePRF(lengthPrefixed(purpose, data), macSize)
		if err != nil {
			panic(fmt.Sprintf("store: mac: %v", err))
		}
		if hmac.Equal(out, mac) {
			return true
		}
	}
	return false
}

// lengthPrefixed joins strings so that no two lists yield the same bytes: each string follows its
// length in 8 bytes, big endian.
func lengthPrefixed(purpose string, data []string) []byte {
	var b []byte
	for _, s := range append([]string{purpose}, data...) {
		b = binary.BigEndian.AppendUint64(b, uint64(len(s)))
		b = append(b, s...)
	}
	return b
}

// These methods keep the keys out of logs and JSON.

func (*Keyset) String() string               { return "[keyset]" }
func (*Keyset) GoString() string             { return "[keyset]" }
func (*Keyset) LogValue() slog.Value         { return slog.StringValue("[keyset]") }
func (*Keyset) MarshalJSON() ([]byte, error) { return []byte(`"[keyset]"`), nil }
