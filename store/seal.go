package store

import (
	"fmt"

	"shiming/flows"
	"shiming/store/keyset"
)

// Sealed bytes are bound to their place by the additional data: moved to another case, photo
// or column they do not open.

func personalAAD(caseID string) string { return "case:" + caseID + "|personal" }

func pictureAAD(caseID, photoID string) string {
	return "case:" + caseID + "|picture:" + photoID
}

// sealPersonal returns nil when there is nothing to keep.
func sealPersonal(k *keyset.Keyset, caseID string, p flows.Personal) ([]byte, error) {
	if p.Empty() {
		return nil, nil
	}
	clear, err := p.Clear()
	if err != nil {
		return nil, fmt.Errorf("store: personal data of case %s cannot be encoded", caseID)
	}
	return k.Seal(personalAAD(caseID), clear)
}

func openPersonal(k *keyset.Keyset, caseID string, sealed []byte) (flows.Personal, error) {
	if len(sealed) == 0 {
		return flows.Personal{}, nil
	}
	clear, err := k.Open(personalAAD(caseID), sealed)
	if err != nil {
		return flows.Personal{}, fmt.Errorf("case %s: %w", caseID, err)
	}
	p, err := flows.PersonalFromClear(clear)
	if err != nil {
		return flows.Personal{}, fmt.Errorf("store: personal data of case %s cannot be decoded", caseID)
	}
	return p, nil
}
