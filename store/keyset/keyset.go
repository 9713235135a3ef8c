// Package keyset holds the keys of one database. It seals bytes, computes keyed hashes, and stores
// the keys in a file that only their owner can read.
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

// macSize is the length of a keyed hash in bytes.
const macSize = 32

// Keyset holds the keys of one database: one set for sealing (AES-256-GCM) and one for hashing
// (HMAC-SHA256). Each set may have several keys. Sealing uses the primary key, and opening tries
// all, so that a new key can be added at any time. Stored hashes are compared, so that a new
// primary hashing key requires a new computation of all blind indexes.
type Keyset struct {
	sealing, hashing *keyset.Handle

	aead tink.AEAD
	prf  *prf.Set
}

// fileFormat is the content of a keyset file, version 1: both sets in Tink's JSON, not encrypted.
// The mode and the place of the file protect it.
type fileFormat struct {
	Version int             `json:"version"`
	AEAD    json.RawMessage `json:"aead"`
	PRF     json.RawMessage `json:"prf"`
}

const fileVersion = 1

// New creates new keys. It panics only if the operating system has no randomness.
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

// encode returns the content of a keyset file.
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

// decode reads the content of a keyset file. Its errors do not quote the content.
func decode(raw []byte) (*Keyset, error) {
	var file fileFormat
	if json.Unmarshal(raw, &file) != nil {
		return nil, fmt.Errorf("not a keyset file: cut off or damaged; restore your copy")
	}
	if file.Version != fileVersion {
		return nil, fmt.Errorf("keyset version %d, this program knows %d; "+
			"restore your copy, or use the newer program that wrote it", file.Version, fileVersion)
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

// MAC returns the keyed hash of a purpose and data under the primary hashing key. It depends on
// where one part ends and the next begins: ("ab","c") and ("a","bc") differ.
func (k *Keyset) MAC(purpose string, data ...string) []byte {
	out, err := k.prf.ComputePrimaryPRF(lengthPrefixed(purpose, data), macSize)
	if err != nil {
		panic(fmt.Sprintf("store: mac: %v", err)) // HMAC-SHA256 always yields 32 bytes
	}
	return out
}

// Matches reports whether mac is the keyed hash of the parts under any hashing key, including older
// ones.
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
