package flows

// evidenceStarted stores the intent; the worker calls e签宝 afterwards.
func evidenceStarted(d *decision) { d.c.Evidence = d.startWrite(d.c.Evidence) }

// evidenceFiled notes the eviPointId, and the case is done.
func evidenceFiled(d *decision) {
	if !d.requireStarted(d.c.Evidence) {
		return
	}
	d.c.Delayed = ""
	d.noteDisclosure("esign")
	d.c.Evidence.State, d.c.Evidence.At, d.c.Evidence.ID = WriteDone, d.event.At, d.event.ID
	d.detail("evi_point_id", d.event.ID)
	d.filingSucceeded()
	d.repost(AudienceApplicant)
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
