package flows

// keepPhotoUnread notes a photo that arrived before consent. No job fetches or reads it.
func keepPhotoUnread(d *decision) {
	if !d.addPhoto() {
		return
	}
	d.redraw(AudienceApplicant)
}

// consent records the separate consent (个人信息保护法 art. 29) and fetches the photos that arrived before it.
func consent(d *decision) {
	d.c.Consent = &Consent{
		Version: d.policy.Agreement.Version,
		Hash:    d.policy.Agreement.Hash(),
		At:      d.event.At,
	}
	d.detail("agreement", d.c.Consent.Version)
	d.detail("agreement_sha256", d.c.Consent.Hash)
	d.toast("consented")
	d.job(LookUpContact())
	for _, p := range d.c.Photos {
		if p.State == PhotoWaiting {
			d.job(FetchPhoto(p.ID))
		}
	}
}

// decline ends the case. Its photos were never fetched, so removing the references is enough.
func decline(d *decision) {
	d.c.Photos = nil
	d.toast("cancelled")
}
