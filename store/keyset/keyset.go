// Package keyset holds the keys of one database. It seals bytes, computes keyed hashes, and stores
// the keys in a file that only their owner can read.
//
// The keys of one time are an epoch (epoch.go). What belongs to a case is sealed with a data key of its own, which
// an epoch wraps (envelope.go). Files are described in format.go; wrapping.go encrypts them under a key from outside.
package keyset

import (
	"encoding/binary"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
)

// Keyset holds the keys of one database: in each epoch one key for sealing (AES-256-GCM), one for blind indexes and one
// for other hashes (HMAC-SHA256). It seals and hashes with the epoch in use, and opens and recognises with every epoch
// that it holds. Its methods are safe for concurrent use; Reload and Use replace its content at once.
type Keyset struct {
	state atomic.Pointer[state]

	changes sync.Mutex // held by what replaces state
	file    source     // the zero value for a keyset that no file holds
}

// state is the content of a Keyset. It never changes.
type state struct {
	signing [][]byte // seeds, see SigningKeys
	epochs  []epoch  // ascending
	retired []Retired
	inUse   int // index in epochs
}

// New creates new keys. It panics only if the operating system has no randomness.
func New() *Keyset {
	first, err := newEpoch(1)
	if err != nil {
		panic(fmt.Sprintf("store: new keyset: %v", err))
	}
	return fromParts([][]byte{newSeed()}, []epoch{first}, nil)
}

// fromParts builds a keyset that uses its newest epoch.
func fromParts(signing [][]byte, epochs []epoch, retired []Retired) *Keyset {
	k := new(Keyset)
	k.state.Store(&state{signing: signing, epochs: epochs, retired: retired, inUse: len(epochs) - 1})
	return k
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
