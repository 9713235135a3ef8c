package flows

// evidenceStarted stores the intent; the worker calls e签宝 afterwards. What e签宝 has refused in revision 2025-10 is filed
// in the older one once the operator has gone back to it, which asks for nothing more.
func evidenceStarted(d *decision) {
	d.c.Evidence = d.startWrite(d.c.Evidence)
	if d.refused() {
		return
	}
	d.notePoint()
	if d.c.Revision != Revision202510 || d.policy.Revision != Revision2024 || !d.c.fieldRefused() {
		return
	}
	d.c.Revision = Revision2024
	d.detail("revision", string(Revision2024))
}

// notePoint adds to the audit row what the point says by the settings of the moment, which may change afterwards.
func (d *decision) notePoint() {
	d.detail("card_type", d.policy.Documents.CardType(d.c.DocumentKind()))
	if mark := d.policy.MarkOf(d.c); mark != "" {
		d.detail("mark", mark)
	}
}

// fieldRefused reports whether the case stopped last because e签宝 refused a field of the evidence.
func (c *Case) fieldRefused() bool {
	a := c.Attention
	if a == nil && c.Resolution != nil {
		a = &c.Resolution.Attention
	}
	return a != nil && (a.Code == StopEvidenceField || a.Code == StopEvidenceReading)
}

// evidenceFiled notes the eviPointId, and the case is done. What only the evidence needed is deleted.
func evidenceFiled(d *decision) {
	if !d.requireStarted(d.c.Evidence) {
		return
	}
	d.c.Delayed = ""
	switch d.c.Method {
	case BankCardFour:
		d.noteDisclosure("esign_bank")
	case Face:
		d.noteDisclosure("esign_face")
	default:
		d.noteDisclosure("esign")
	}
	d.c.Evidence.State, d.c.Evidence.At, d.c.Evidence.ID = WriteDone, d.event.At, d.event.ID
	d.detail("evi_point_id", d.event.ID)
	d.c.dropVerification()
	d.filingSucceeded()
	d.repost(AudienceApplicant)
}

// dropVerification deletes what only the evidence needed: the code, and the bank card with its bank.
func (c *Case) dropVerification() {
	c.Personal.SMSCode, c.Personal.BankCard, c.Personal.OpeningBank = "", "", ""
}

// uploadsLost uploads the photos again, for another attempt at the evidence point.
func uploadsLost(d *decision) {
	if !d.requireStarted(d.c.Evidence) {
		return
	}
	d.c.Evidence.State = WriteRefused
	d.c.Uploads = nil
	d.resume(Filing)
}
