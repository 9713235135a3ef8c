package flows

func evidenceStarted(d *decision) { d.c.Evidence = start(d.c.Evidence, d.e.Job, d) }

func evidenceFiled(d *decision) {
	if !d.answered(d.c.Evidence) {
		return
	}
	d.c.Delayed = ""
	d.sent("esign")
	d.c.Evidence.State, d.c.Evidence.At, d.c.Evidence.ID = WriteDone, d.e.At, d.e.ID
	d.detail("evi_point_id", d.e.ID)
	d.repost(AudienceApplicant)
}

// uploadsLost hands the photos to e签宝 once more, for a fresh attempt at the evidence.
func uploadsLost(d *decision) {
	if !d.answered(d.c.Evidence) {
		return
	}
	d.c.Evidence.State = WriteRefused
	d.c.Uploads = nil
	d.resume(Filing)
}
