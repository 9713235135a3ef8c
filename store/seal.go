package store

import (
	"fmt"

	"shiming/flows"
	"shiming/store/keyset"
)

// Each sealed value is bound to its place by the additional authenticated data (AAD). It does not
// open in another case, photo or column.

// personalAAD binds sealed personal data to its case.
func personalAAD(caseID string) string { return "case:" + caseID + "|personal" }

// pictureAAD binds a sealed picture to its case and photo.
func pictureAAD(caseID, photoID string) string {
	return "case:" + caseID + "|picture:" + photoID
}

// sealPersonal seals a case's personal data with a new data key. It returns the zero value if there is none.
func sealPersonal(k *keyset.Keyset, caseID string, p flows.Personal) (keyset.Envelope, error) {
	if p.Empty() {
		return keyset.Envelope{}, nil
	}
	clear, err := p.Clear()
	if err != nil {
		return keyset.Envelope{}, fmt.Errorf("store: personal data of case %s cannot be encoded", caseID)
	}
	return k.SealWithDataKey(personalAAD(caseID), clear)
}

// openPersonal opens what sealPersonal returned.
func openPersonal(k *keyset.Keyset, caseID string, sealed, dataKey []byte) (flows.Personal, error) {
	if len(sealed) == 0 {
		return flows.Personal{}, nil
	}
	clear, err := openSealed(k, personalAAD(caseID), sealed, dataKey)
	if err != nil {
		return flows.Personal{}, fmt.Errorf("case %s: %w", caseID, err)
	}
	p, err := flows.PersonalFromClear(clear)
	if err != nil {
		return flows.Personal{}, fmt.Errorf("store: personal data of case %s cannot be decoded", caseID)
	}
	return p, nil
}

// openSealed opens what has a data key, and what an older version has sealed with the keyset itself.
func openSealed(k *keyset.Keyset, aad string, sealed, dataKey []byte) ([]byte, error) {
	if len(dataKey) == 0 {
		return k.Open(aad, sealed)
	}
	return k.OpenWithDataKey(aad, sealed, dataKey)
}
