package keyset

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
)

// TestSigningKeysOutliveAFileAndARotation: the key that signs is the same after a restart, another keyset has another,
// and neither a rotation nor `keys retire` changes it.
func TestSigningKeysOutliveAFileAndARotation(t *testing.T) {
	k := New()
	path := filepath.Join(t.TempDir(), "keyset.json")
	must(t, Write(path, k))
	again, err := Load(path)
	must(t, err)
	before := k.SigningKeys()
	if len(before) != 1 || !bytes.Equal(before[0], again.SigningKeys()[0]) {
		t.Error("the signing key of a keyset changed when it was loaded")
	}
	if bytes.Equal(before[0], New().SigningKeys()[0]) {
		t.Error("two keysets have the same signing key")
	}
	if bytes.Equal(before[0].Seed(), k.MAC(signingPurpose+" ")) || bytes.Equal(before[0].Seed(), k.MAC("number")) {
		t.Error("the seed is another keyed hash")
	}

	rotated, err := k.WithNewEpoch()
	must(t, err)
	rotated.Use(2)
	if after := rotated.Without(1, again.Newest().Created).SigningKeys(); !bytes.Equal(after[0], before[0]) {
		t.Error("a rotation changed the key that signs")
	}
}

// TestSigningKeysOfOldFiles: a file whose epochs share one hashing set signs with the key that was derived from it, also
// after it was written in the present form. A former primary key of the set can still be published.
func TestSigningKeysOfOldFiles(t *testing.T) {
	k := New()
	m := keyset.NewManagerFromHandle(k.state.Load().epochs[0].hash)
	id, err := m.Add(prf.HMACSHA256PRFKeyTemplate())
	must(t, err)
	first, err := m.Handle()
	must(t, err)
	must(t, m.SetPrimary(id))
	hashing, err := m.Handle()
	must(t, err)
	seeds, err := derivedSeeds(first)
	must(t, err)
	raw, err := encodeHandle(hashing)
	must(t, err)
	seal, err := encodeHandle(k.state.Load().epochs[0].seal)
	must(t, err)
	old, err := decodeV1(fileFormat{AEAD: seal, PRF: raw})
	must(t, err)
	keys := old.SigningKeys()
	if len(keys) != 2 || !bytes.Equal(keys[1].Seed(), seeds[0]) || bytes.Equal(keys[0].Seed(), seeds[0]) {
		t.Errorf("%d keys, want that of the primary hashing key and then that of the former one", len(keys))
	}
	path := filepath.Join(t.TempDir(), "keyset.json")
	must(t, Write(path, old))
	again, err := Load(path)
	must(t, err)
	if after := again.SigningKeys(); len(after) != 2 || !bytes.Equal(after[0], keys[0]) || !bytes.Equal(after[1], keys[1]) {
		t.Error("the keys that sign changed when the file was written anew")
	}
}
