package evidence

import (
	"cmp"
	"errors"
	"slices"

	"shiming/esign"
	"shiming/flows"
	"shiming/idcard"
)

// Missing names what is not on record although the evidence point has to state it: verification, sms_code, bank_card,
// face_live_score (the settings give the evidence none), agreement, photos, a document that the settings name
// (document_type), or else the field of e签宝 that would be wrong. It returns "" if nothing is missing. The card of HR
// shows the name.
func Missing(c *flows.Case, p *flows.Policy) string {
	switch {
	case c.Check == nil || c.Check.Outcome != flows.CheckMatch || c.Check.Serial == "" ||
		cmp.Or(c.Check.Method, flows.ThreeElements) != c.Method:
		return "verification"
	case c.Method == flows.BankCardFour && (c.Personal.BankCard == "" || c.Personal.OpeningBank == ""):
		return "bank_card"
	case c.Method == flows.Face && p.FaceLiveScore != flows.FaceLiveStatus:
		return "face_live_score"
	case c.Method != flows.Face && (c.Code == nil || c.Code.PassedAt.IsZero() || c.Personal.SMSCode == ""):
		return "sms_code"
	case c.Revision == flows.Revision202510 && (c.Reading == nil || c.Personal.ReadIP == ""):
		return "agreement"
	case slices.ContainsFunc(c.UploadSides(), func(s idcard.Side) bool { return c.Uploads[string(s)] == "" }):
		return "photos"
	}
	// The review refuses such a document; the settings may have changed since.
	if cardTypeOf(c, p) == "" {
		return "document_type"
	}
	point := pointOf(c, p)
	if wrong, ok := errors.AsType[*esign.ValidationError](point.Validate(point.Revision)); ok {
		return wrong.Problems[0].Path
	}
	return ""
}

// cardTypeOf returns the cardType by which the settings name the document of the case; "" if they name none.
func cardTypeOf(c *flows.Case, p *flows.Policy) esign.CardType {
	return esign.CardType(p.Documents.CardType(c.DocumentKind()))
}

// PointOf builds the evidence point of a case from what is on record, without any default. If something is missing,
// it returns an empty point, which e签宝 would refuse.
func PointOf(c *flows.Case, policy *flows.Policy) esign.PersonPoint {
	if Missing(c, policy) != "" {
		return esign.PersonPoint{}
	}
	return pointOf(c, policy)
}

// pointOf builds the point of a case that has a check, a code unless it was a face and, in revision 2025-10, a reading.
func pointOf(c *flows.Case, policy *flows.Policy) esign.PersonPoint {
	return point(c, cardTypeOf(c, policy), policy.MarkOf(c))
}

// point is pointOf with what the settings said when it was filed. Personal values may have been deleted since.
func point(c *flows.Case, cardType esign.CardType, mark string) esign.PersonPoint {
	p := c.Personal
	point := esign.PersonPoint{
		Revision:           esign.Revision(c.EvidenceRevision()),
		Agreement:          agreementOf(c),
		EviName:            "员工实名认证 " + c.Confirmed.In(flows.ChinaTime).Format("2006-01-02"),
		CustomBizID:        c.ID,
		CompletedAt:        c.Check.At,
		Name:               p.Name,
		CardNo:             p.Number,
		CardType:           cardType,
		CardPortrait:       c.Uploads["front"],
		CardNationalEmblem: c.Uploads["back"],
		Mark:               mark,
	}
	switch c.Method {
	case flows.Face:
		point.Method = esign.MethodFace
		point.Face = &esign.Face{
			InfoVerifySupplier:    c.Check.Supplier,
			VerifyTime:            c.Check.At,
			VerifySerialNumber:    c.Check.Serial,
			FaceImage:             c.Uploads[string(flows.FaceSide)],
			FaceImageSimilarScore: c.Check.Similarity,
			FaceLiveDetectScore:   c.Check.Liveness,
		}
		return point
	case flows.BankCardFour:
		point.Method = esign.MethodBankCardFour
		point.BankCardFour = &esign.BankCardFour{
			InfoVerifySupplier: c.Check.Supplier,
			VerifyTime:         c.Check.At,
			VerifySerialNumber: c.Check.Serial,
			OpeningBank:        p.OpeningBank,
			BankCard:           p.BankCard,
			Mobile:             p.Mobile,
			SMSCode:            p.SMSCode,
			SMSSupplier:        c.Code.Supplier,
		}
		return point
	}
	point.Method = esign.MethodThreeElements
	point.ThreeElements = &esign.ThreeElements{
		InfoVerifySupplier: c.Check.Supplier,
		VerifyTime:         c.Check.At,
		VerifySerialNumber: c.Check.Serial,
		Mobile:             p.Mobile,
		SMSCode:            p.SMSCode,
		SMSSupplier:        c.Code.Supplier,
	}
	return point
}

// agreementOf returns what the record says of the reading of the certificate agreement, nil if the revision has no
// place for it.
func agreementOf(c *flows.Case) *esign.CertAgreement {
	if c.Revision != flows.Revision202510 || c.Reading == nil {
		return nil
	}
	read := c.Reading.Files[0]
	return &esign.CertAgreement{
		Title:    read.Title,
		Version:  read.Version,
		Hash:     read.SHA256,
		ReadAt:   c.Reading.At,
		ReadType: esign.ReadType(c.Reading.Type),
		ReadIP:   c.Personal.ReadIP,
	}
}
