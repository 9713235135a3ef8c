package flows

import (
	"slices"

	"shiming/idcard"
)

// DocumentStop is the cardType of a kind of document that is not filed.
const DocumentStop = "stop"

// Documents says how the evidence names each kind of document: a cardType of e签宝 (page 创建个人实名证据点), or
// DocumentStop. A kind without a value is not filed either.
type Documents struct {
	ResidentID         string `koanf:"resident_id"`
	ResidencePermit    string `koanf:"residence_permit"`
	PermanentResidence string `koanf:"permanent_residence"`
	HKMTravelPermit    string `koanf:"hkm_travel_permit"`
	TWTravelPermit     string `koanf:"tw_travel_permit"`
	Passport           string `koanf:"passport"`
}

// DefaultDocuments files resident identity cards only.
func DefaultDocuments() Documents {
	return Documents{
		ResidentID:         "CRED_PSN_CH_IDCARD",
		ResidencePermit:    DocumentStop,
		PermanentResidence: DocumentStop,
		HKMTravelPermit:    DocumentStop,
		TWTravelPermit:     DocumentStop,
		Passport:           DocumentStop,
	}
}

// trueTypes lists the cardTypes that name a kind of document truly. A kind that is missing cannot be verified, because
// the suppliers compare resident numbers only, so that nothing can be filed for it.
var trueTypes = map[idcard.Document][]string{
	idcard.ResidentID:         {"CRED_PSN_CH_IDCARD"},
	idcard.ResidencePermit:    {"CRED_PSN_OTHER"}, // e签宝 has no type of its own for it
	idcard.PermanentResidence: {"CRED_PSN_FOREIGN", "CRED_PSN_OTHER"},
}

// each calls f with every kind that has a setting, and its value.
func (d Documents) each(f func(idcard.Document, string)) {
	f(idcard.ResidentID, d.ResidentID)
	f(idcard.ResidencePermit, d.ResidencePermit)
	f(idcard.PermanentResidence, d.PermanentResidence)
	f(idcard.HKMTravelPermit, d.HKMTravelPermit)
	f(idcard.TWTravelPermit, d.TWTravelPermit)
	f(idcard.Passport, d.Passport)
}

// DocumentMistake is a value of Documents that cannot be.
type DocumentMistake struct {
	Key     string   // last part of the key
	Allowed []string // values that the kind can have
}

// Mistakes returns the values that do not name their kind truly.
func (d Documents) Mistakes() (all []DocumentMistake) {
	d.each(func(kind idcard.Document, value string) {
		allowed := append([]string{DocumentStop}, trueTypes[kind]...)
		if !slices.Contains(allowed, value) {
			all = append(all, DocumentMistake{string(kind), allowed})
		}
	})
	return all
}

// CardType returns the cardType by which the evidence names the kind; "" if nothing is filed for it.
func (d Documents) CardType(kind idcard.Document) (cardType string) {
	d.each(func(k idcard.Document, value string) {
		if k == kind && value != DocumentStop {
			cardType = value
		}
	})
	return cardType
}

// DocumentKind returns the kind of document of a case: the one that the applicant has chosen, or else the one that
// bears the confirmed or, before that, the read number. It is "" while no number is known.
func (c *Case) DocumentKind() idcard.Document {
	if c.Personal.Document != "" {
		return c.Personal.Document
	}
	number := c.Personal.Number
	if number == "" && c.Personal.Front != nil {
		number = c.Personal.Front.Open().TidyNumber()
	}
	return idcard.DocumentOf(number)
}

// NotTaken reports whether no platform takes the document of the case: the evidence cannot name it, or it has no
// resident number, which is what Feishu records. HR can put such a person on file, and nothing else.
func (p *Policy) NotTaken(c *Case) bool {
	if c.Personal.Document != "" {
		return true
	}
	kind := c.DocumentKind()
	return kind != "" && !p.takes(kind, c.Method)
}

// takes reports whether a document with a resident number can be recorded: the evidence can name it, or nothing is
// filed.
func (p *Policy) takes(kind idcard.Document, m Method) bool {
	return m == MethodNone || p.Documents.CardType(kind) != ""
}
