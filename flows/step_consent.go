package flows

// keepPhotoUnread notes a photo that came before consent. Nothing of it is fetched or read.
func keepPhotoUnread(d *decision) {
	if !d.addPhoto() {
		return
	}
	d.redraw(AudienceApplicant)
}

// consent records the separate consent and takes up the photos that have waited for it.
func consent(d *decision) {
	d.c.Consent = &Consent{Version: d.policy.Agreement.Version, Hash: d.policy.Agreement.Hash(), At: d.event.At}
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

// decline ends the case; photos that were sent stay unread and are forgotten.
func decline(d *decision) {
	d.c.Photos = nil
	d.toast("cancelled")
}
