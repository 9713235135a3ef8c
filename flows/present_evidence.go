package flows

import "shiming/cards"

// EvidenceCard shows HR what is on record of the evidence of a case, masked.
func EvidenceCard(c *Case) cards.Evidence {
	v := cards.Evidence{
		Ref:        CardRef(c),
		Applicant:  c.OpenID,
		MaskedName: MaskedName(c),
		State:      string(c.State),
		Method:     string(c.Method),
		Deleted:    c.Erased,
	}
	if HasFiledEvidence(c) {
		v.Point, v.FiledAt, v.FoundBy = c.Evidence.ID, c.Evidence.At, c.Evidence.By
		v.Revision = string(c.EvidenceRevision())
	}
	if k := c.Check; k != nil && k.Outcome == CheckMatch {
		v.Supplier, v.Serial, v.CheckedAt = k.Supplier, k.Serial, k.At
	}
	if r := c.Review; r != nil && r.What == ReviewApproved && r.By != "" && c.Pending == nil {
		v.ApprovedAt = r.At
		if r.First != "" {
			v.ApprovedBy = append(v.ApprovedBy, r.First)
		}
		v.ApprovedBy = append(v.ApprovedBy, r.By)
	}
	return v
}
