// Package keyset holds the keys of one database: it seals bytes for a place, makes keyed hashes,
// and keeps the keys in a file that only their owner may read.
package keyset

import (
	"bytes"
	"crypto/hmac"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log/slog"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// macSize is the length of every keyed hash, bytes.
const macSize = 32

// Keyset holds the keys of one database: one set that seals (AES-256-GCM) and one that
// hashes (HMAC-SHA256). Each may hold several keys. Sealing uses the primary one and opens
// with any, so it can be rotated by adding a key. Hashes are compared, so a new primary
// hashing key needs the number index to be computed anew.
type Keyset struct {
	sealing, hashing *keyset.Handle

	aead tink.AEAD
	prf  *prf.Set
}

// fileFormat is the file format, version 1: both sets in tink's JSON, in the clear. The
// file's mode and place protect it.
type fileFormat struct {
	Version int             `json:"version"`
	AEAD    json.RawMessage `json:"aead"`
	PRF     json.RawMessage `json:"prf"`
}

const fileVersion = 1

// New makes fresh keys. It panics only if the operating system has no randomness.
func New() *Keyset {
	sealing, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		panic(fmt.Sprintf("store: new keyset: %v", err))
	}
	hashing, err := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		panic(fmt.Sprintf("store: new keyset: %v", err))
	}
	k, err := fromHandles(sealing, hashing)
	if err != nil {
		panic(fmt.Sprintf("store: new keyset: %v", err))
	}
	return k
}

func fromHandles(sealing, hashing *keyset.Handle) (*Keyset, error) {
	a, err := aead.New(sealing)
	if err != nil {
		return nil, err
	}
	p, err := prf.NewPRFSet(hashing)
	if err != nil {
		return nil, err
	}
	return &Keyset{
		sealing: sealing,
		hashing: hashing,
		aead:    a,
		prf:     p,
	}, nil
}

// encode writes the file format.
func (k *Keyset) encode() ([]byte, error) {
	var file fileFormat
	file.Version = fileVersion
	for _, part := range []struct {
		handle *keyset.Handle
		to     *json.RawMessage
	}{{k.sealing, &file.AEAD}, {k.hashing, &file.PRF}} {
		var buf bytes.Buffer
		if err := insecurecleartextkeyset.Write(part.handle, keyset.NewJSONWriter(&buf)); err != nil {
			return nil, err
		}
		*part.to = buf.Bytes()
	}
	raw, err := json.MarshalIndent(file, "", "  ")
	return append(raw, '\n'), err
}

// decode reads the file format. Errors quote nothing of it.
func decode(raw []byte) (*Keyset, error) {
	var file fileFormat
	if json.Unmarshal(raw, &file) != nil {
		return nil, fmt.Errorf("not a keyset file: cut off or damaged; restore your copy")
	}
	if file.Version != fileVersion {
		return nil, fmt.Errorf("keyset version %d, this program knows %d; restore your copy, or use the newer program that wrote it", file.Version, fileVersion)
	}
	var handles [2]*keyset.Handle
	for i, part := range []json.RawMessage{file.AEAD, file.PRF} {
		h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(part)))
		if err != nil {
			return nil, fmt.Errorf("damaged; restore your copy")
		}
		handles[i] = h
	}
	k, err := fromHandles(handles[0], handles[1])
	if err != nil {
		return nil, fmt.Errorf("keys of the wrong kind; restore your copy")
	}
	return k, nil
}

// MAC hashes length-prefixed parts with the primary hashing key. ("ab","c") and ("a","bc") differ.
func (k *Keyset) MAC(purpose string, data ...string) []byte {
	out, err := k.prf.ComputePrimaryPRF(lengthPrefixed(purpose, data), macSize)
	if err != nil {
		panic(fmt.Sprintf("store: mac: %v", err)) // HMAC-SHA256 always has 32 bytes to give
	}
	return out
}

// Matches reports whether mac is the keyed hash of the parts under any hashing key: an older
// one may have made it.
func (k *Keyset) Matches(mac []byte, purpose string, data ...string) bool {
	for _, p := range k.prf.PRFs {
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

// parts joins strings so that no two lists give the same bytes: each is preceded by its
// length, 8 bytes big endian.
func lengthPrefixed(purpose string, data []string) []byte {
	var b []byte
	for _, s := range append([]string{purpose}, data...) {
		b = binary.BigEndian.AppendUint64(b, uint64(len(s)))
		b = append(b, s...)
	}
	return b
}

// Keys show themselves to nobody.

func (*Keyset) String() string               { return "[keyset]" }
func (*Keyset) GoString() string             { return "[keyset]" }
func (*Keyset) LogValue() slog.Value         { return slog.StringValue("[keyset]") }
func (*Keyset) MarshalJSON() ([]byte, error) { return []byte(`"[keyset]"`), nil }
