package keyset

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
)

// TestSigningKeysOutliveAFileAndARotation: the key that signs is the same after a restart, another keyset has another,
// and a new primary hashing key signs while the old one can still be published.
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

	m := keyset.NewManagerFromHandle(k.state.Load().hashing)
	id, err := m.Add(prf.HMACSHA256PRFKeyTemplate())
	must(t, err)
	must(t, m.SetPrimary(id))
	hashing, err := m.Handle()
	must(t, err)
	rotated, err := fromParts(hashing, k.state.Load().epochs, nil)
	must(t, err)
	after := rotated.SigningKeys()
	if len(after) != 2 || bytes.Equal(after[0], before[0]) || !bytes.Equal(after[1], before[0]) {
		t.Errorf("got %d keys after a rotation, want a new one first and the old one after it", len(after))
	}
}
