package engine

import (
	"encoding/hex"

	"shiming/flows"
)

// keyed is a keyed hash as text, under which something is stored and looked for.
type keyed struct {
	key    string   // under the hashing key in use
	former []string // under those that a rotation of the keys leaves
}

// keyedHash returns the keyed hash of a purpose and data behind a prefix.
func keyedHash(s flows.Store, prefix, purpose string, data ...string) (k keyed) {
	for i, mac := range s.MACs(purpose, data...) {
		text := prefix + hex.EncodeToString(mac)
		if i == 0 {
			k.key = text
		} else {
			k.former = append(k.former, text)
		}
	}
	return k
}

// all returns the hash under every hashing key, first the one in use.
func (k keyed) all() []string { return append([]string{k.key}, k.former...) }

// Purposes of keyed hashes that are kept for days or longer.
const (
	purposeCodesOfPerson   = "codes_of_person"
	purposeCodesToMobile   = "codes_to_mobile"
	purposeLooksOfAdmin    = "looks_of_admin"
	purposeExportsOfAdmin  = "exports_of_admin"
	purposeGreeted         = "greeted"
	purposeCampaignOfAList = "campaign_list"
)

// HashesOf returns what is kept under keyed hashes about a person, so that a rotation of the keys can find it: the keys
// of uses, and the keys of settings. mobiles are the person's numbers, of which some may be empty.
func (e *Engine) HashesOf(tenantKey, openID string, mobiles ...string) (uses, settings [][]string) {
	for _, purpose := range []string{purposeCodesOfPerson, purposeLooksOfAdmin, purposeExportsOfAdmin} {
		uses = append(uses, keyedHash(e.Store, "", purpose, tenantKey, openID).all())
	}
	for _, m := range mobiles {
		if m != "" {
			uses = append(uses, keyedHash(e.Store, "", purposeCodesToMobile, tenantKey, m).all())
		}
	}
	return uses, [][]string{greetedKeys(e.Store, tenantKey, openID).all()}
}
