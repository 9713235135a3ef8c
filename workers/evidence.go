package workers

import (
	"shiming/esign"
	"shiming/flows"
)

// incomplete names what did not happen although the evidence would have to say that it did.
func missingEvidence(c *flows.Case) string {
	switch {
	case c.Check == nil || c.Check.Outcome != flows.CheckMatch || c.Check.Serial == "":
		return "verification"
	case c.Code == nil || c.Code.PassedAt.IsZero() || c.Personal.SMSCode == "":
		return "sms_code"
	case c.Uploads["front"] == "" || c.Uploads["back"] == "":
		return "photos"
	}
	return ""
}

// EvidenceOf builds the evidence point. Every field comes from something that is on record.
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
