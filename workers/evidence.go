package workers

import (
	"shiming/esign"
	"shiming/flows"
	"shiming/idcard"
)

// missingEvidence names what is not on record although the evidence point has to state it: verification, sms_code,
// photos, or a document that the point can name (document_type). It returns "" if nothing is missing. The card of HR
// shows the name.
func missingEvidence(c *flows.Case) string {
	switch {
	case c.Check == nil || c.Check.Outcome != flows.CheckMatch || c.Check.Serial == "":
		return "verification"
	case c.Code == nil || c.Code.PassedAt.IsZero() || c.Personal.SMSCode == "":
		return "sms_code"
	case c.Uploads["front"] == "" || c.Uploads["back"] == "":
		return "photos"
	}
	// The point says that the document is a resident identity card. The review refuses others; an older version may have
	// approved one.
	if n, err := idcard.ParseNumber(c.Personal.Number, c.Check.At); err != nil || n.Permit() {
		return "document_type"
	}
	return ""
}

// EvidenceOf builds the evidence point of a case from what is on record, without any default. If something is missing,
// it returns an empty point, which e签宝 would refuse.
func EvidenceOf(c *flows.Case) esign.PersonPoint {
	if missingEvidence(c) != "" {
		return esign.PersonPoint{}
	}
	p := c.Personal
	return esign.PersonPoint{
		EviName:            "员工实名认证 " + c.Confirmed.In(flows.ChinaTime).Format("2006-01-02"),
		CustomBizID:        c.ID,
		Method:             esign.MethodThreeElements,
		CompletedAt:        c.Check.At,
		Name:               p.Name,
		CardNo:             p.Number,
		CardType:           esign.CardResidentID,
		CardPortrait:       c.Uploads["front"],
		CardNationalEmblem: c.Uploads["back"],
		ThreeElements: &esign.ThreeElements{
			InfoVerifySupplier: c.Check.Supplier,
			VerifyTime:         c.Check.At,
			VerifySerialNumber: c.Check.Serial,
			Mobile:             p.Mobile,
			SMSCode:            p.SMSCode,
			SMSSupplier:        c.Code.Supplier,
		},
	}
}
