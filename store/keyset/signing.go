package keyset

import (
	"crypto/ed25519"
	"crypto/rand"
	"maps"
	"slices"

	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
)

// signingPurpose separates the seeds of signing keys from all other keyed hashes. It never changes: another purpose
// would make another key.
const signingPurpose = "evidence-signing-ed25519"

// SigningKeys returns the keys with which the installation signs evidence: first the one that signs, then older ones,
// whose signatures stay valid. A rotation does not change them, so that a public key that somebody was given stays the
// right one. The file keeps their seeds (RFC 8032).
func (k *Keyset) SigningKeys() []ed25519.PrivateKey {
	var keys []ed25519.PrivateKey
	for _, seed := range k.state.Load().signing {
		keys = append(keys, ed25519.NewKeyFromSeed(seed))
	}
	return keys
}

func newSeed() []byte {
	seed := make([]byte, ed25519.SeedSize)
	_, _ = rand.Read(seed) // never fails
	return seed
}

// derivedSeeds returns the seeds of the keys that versions before file version 3 derived from the hashing set: the keyed
// hash of a fixed purpose, first under the primary key, then under older ones.
func derivedSeeds(hashing *keyset.Handle) ([][]byte, error) {
	set, err := prf.NewPRFSet(hashing)
	if err != nil {
		return nil, err
	}
	ids := slices.Sorted(maps.Keys(set.PRFs))
	older := slices.DeleteFunc(ids, func(id uint32) bool { return id == set.PrimaryID })
	var seeds [][]byte
	for _, id := range append([]uint32{set.PrimaryID}, older...) {
		seeds = append(seeds, compute(set.PRFs[id], signingPurpose, nil, ed25519.SeedSize))
	}
	return seeds, nil
}

func validSeeds(seeds [][]byte) bool {
	return len(seeds) > 0 &&
		!slices.ContainsFunc(seeds, func(seed []byte) bool { return len(seed) != ed25519.SeedSize })
}
