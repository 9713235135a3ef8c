package flows

func evidenceStarted(d *decision) { d.c.Evidence = d.startWrite(d.c.Evidence) }

func evidenceFiled(d *decision) {
	if !d.requireStarted(d.c.Evidence) {
		return
	}
	d.c.Delayed = ""
	d.noteDisclosure("esign")
	d.c.Evidence.State, d.c.Evidence.At, d.c.Evidence.ID = WriteDone, d.event.At, d.event.ID
	d.detail("evi_point_id", d.event.ID)
	d.repost(AudienceApplicant)
}

// uploadsLost hands the photos to e签宝 once more, for a fresh attempt at the evidence.
func uploadsLost(d *decision) {
	if !d.requireStarted(d.c.Evidence) {
		return
	}
	d.c.Evidence.State = WriteRefused
	d.c.Uploads = nil
	d.resume(Filing)
}
