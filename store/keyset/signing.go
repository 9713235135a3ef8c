package keyset

import (
	"crypto/ed25519"
	"fmt"
	"maps"
	"slices"
)

// signingPurpose separates the seeds of signing keys from all other keyed hashes. It never changes: another purpose
// would make another key.
const signingPurpose = "evidence-signing-ed25519"

// SigningKeys returns the keys with which the installation signs evidence: first the one that signs, then those of older
// hashing keys, whose signatures stay valid. Each is derived from a hashing key, so that it exists as long as the keyset
// does, on every instance, and is never stored: the seed of RFC 8032 is the keyed hash of a fixed purpose.
func (k *Keyset) SigningKeys() []ed25519.PrivateKey {
	set := k.state.Load().prf
	ids := slices.Sorted(maps.Keys(set.PRFs))
	older := slices.DeleteFunc(ids, func(id uint32) bool { return id == set.PrimaryID })
	var keys []ed25519.PrivateKey
	for _, id := range append([]uint32{set.PrimaryID}, older...) {
		seed, err := set.PRFs[id].ComputePRF(lengthPrefixed(signingPurpose, nil), ed25519.SeedSize)
		if err != nil {
			panic(fmt.Sprintf("store: signing key: %v", err)) // HMAC-SHA256 always yields 32 bytes
		}
		keys = append(keys, ed25519.NewKeyFromSeed(seed))
	}
	return keys
}
