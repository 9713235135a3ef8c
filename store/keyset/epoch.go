package keyset

import (
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// epoch holds the keys of one time between two rotations. Numbers begin at 1 and are never used again.
type epoch struct {
	number            int
	created           time.Time // zero for the keys of a file of version 1
	seal, index, hash *keyset.Handle

	aead  tink.AEAD
	prf   *prf.Set // of index
	mac   *prf.Set // of hash
	macID string   // tells whether two epochs have one hashing key
}

// Epoch describes an epoch without its keys.
type Epoch struct {
	Number  int
	Created time.Time // zero if unknown: the keys come from a file of version 1
	KeyID   uint32    // Tink's id of the sealing key: random, no secret
}

// Retired is an epoch whose keys were destroyed.
type Retired struct {
	Number int       `json:"epoch"`
	At     time.Time `json:"at"`
	KeyIDs []uint32  `json:"key_ids"` // Tink's ids of its sealing keys
}

func newEpoch(number int) (epoch, error) {
	seal, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return epoch{}, err
	}
	index, err := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		return epoch{}, err
	}
	hash, err := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		return epoch{}, err
	}
	return fromHandles(number, time.Now().UTC().Truncate(time.Second), seal, index, hash)
}

func fromHandles(number int, created time.Time, seal, index, hash *keyset.Handle) (epoch, error) {
	a, err := aead.New(seal)
	if err != nil {
		return epoch{}, err
	}
	p, err := prf.NewPRFSet(index)
	if err != nil {
		return epoch{}, err
	}
	m, err := prf.NewPRFSet(hash)
	if err != nil {
		return epoch{}, err
	}
	return epoch{
		number:  number,
		created: created,
		seal:    seal,
		index:   index,
		hash:    hash,
		aead:    a,
		prf:     p,
		mac:     m,
		macID:   string(computePrimary(m, "hashing key", nil)),
	}, nil
}

// keyIDs returns Tink's ids of the sealing keys, the primary one first.
func (e epoch) keyIDs() []uint32 {
	info := e.seal.KeysetInfo()
	ids := []uint32{info.GetPrimaryKeyId()}
	for _, key := range info.GetKeyInfo() {
		if !slices.Contains(ids, key.GetKeyId()) {
			ids = append(ids, key.GetKeyId())
		}
	}
	return ids
}

func (e epoch) info() Epoch { return Epoch{e.number, e.created, e.keyIDs()[0]} }

// Epochs describes the epochs whose keys the keyset holds, oldest first.
func (k *Keyset) Epochs() []Epoch {
	var out []Epoch
	for _, e := range k.state.Load().epochs {
		out = append(out, e.info())
	}
	return out
}

// Newest describes the newest epoch.
func (k *Keyset) Newest() Epoch {
	s := k.state.Load()
	return s.epochs[len(s.epochs)-1].info()
}

// Oldest describes the oldest epoch.
func (k *Keyset) Oldest() Epoch { return k.state.Load().epochs[0].info() }

// InUse describes the epoch that seals.
func (k *Keyset) InUse() Epoch { return k.state.Load().used().info() }

// Retired describes the epochs whose keys were destroyed, oldest first.
func (k *Keyset) Retired() []Retired { return slices.Clone(k.state.Load().retired) }

func (s *state) used() epoch { return s.epochs[s.inUse] }

// find returns the index of an epoch, or -1.
func (s *state) find(number int) int {
	return slices.IndexFunc(s.epochs, func(e epoch) bool { return e.number == number })
}

// Use seals with the epoch from now on. It returns false if the keyset does not hold it.
func (k *Keyset) Use(number int) bool {
	k.changes.Lock()
	defer k.changes.Unlock()
	next := *k.state.Load()
	if next.inUse = next.find(number); next.inUse < 0 {
		return false
	}
	k.state.Store(&next)
	return true
}

// Has reports whether the keyset holds an epoch with Tink's id of its key.
func (k *Keyset) Has(number int, keyID uint32) bool {
	s := k.state.Load()
	i := s.find(number)
	return i >= 0 && s.epochs[i].info().KeyID == keyID
}

// WithNewEpoch returns a copy with one more epoch, which the copy does not use yet. The copy belongs to no file.
func (k *Keyset) WithNewEpoch() (*Keyset, error) {
	s := *k.state.Load()
	number := s.epochs[len(s.epochs)-1].number + 1
	for _, r := range s.retired {
		number = max(number, r.Number+1)
	}
	e, err := newEpoch(number)
	if err != nil {
		return nil, fmt.Errorf("store: new keys: %w", err)
	}
	s.epochs = append(slices.Clone(s.epochs), e)
	out := new(Keyset)
	out.state.Store(&s)
	return out, nil
}

// Without returns a copy that holds no keys of the epochs up to a number. It notes that they are retired. The epoch in
// use stays. The copy belongs to no file.
func (k *Keyset) Without(upTo int, at time.Time) *Keyset {
	s := *k.state.Load()
	used := s.used().number
	var kept []epoch
	s.retired = slices.Clone(s.retired)
	for _, e := range s.epochs {
		if e.number > upTo || e.number >= used {
			kept = append(kept, e)
			continue
		}
		s.retired = append(s.retired, Retired{e.number, at.UTC().Truncate(time.Second), e.keyIDs()})
	}
	s.epochs = kept
	s.inUse = s.find(used)
	out := new(Keyset)
	out.state.Store(&s)
	return out
}

// keyIDOf returns Tink's id of the key that sealed: the second to fifth byte.
func keyIDOf(sealed []byte) (id uint32, ok bool) {
	if len(sealed) < 5 || sealed[0] != 1 {
		return 0, false
	}
	return binary.BigEndian.Uint32(sealed[1:5]), true
}

// EpochOf returns the number of the epoch whose key made the bytes, wrapped or sealed; 0 if the keyset does not hold
// it. retired reports that it was destroyed.
func (k *Keyset) EpochOf(sealed []byte) (number int, retired bool) {
	id, ok := keyIDOf(sealed)
	if !ok {
		return 0, false
	}
	s := k.state.Load()
	for _, e := range s.epochs {
		if slices.Contains(e.keyIDs(), id) {
			return e.number, false
		}
	}
	for _, r := range s.retired {
		if slices.Contains(r.KeyIDs, id) {
			return r.Number, true
		}
	}
	return 0, false
}
