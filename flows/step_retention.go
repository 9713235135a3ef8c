package flows

import "strconv"

// eraseOpen ends the case and deletes everything personal at once.
func eraseOpen(d *decision) {
	d.toast("deleted")
	d.erase()
}

// eraseEnded deletes what is still held of a case that is over.
func eraseEnded(d *decision) {
	if !d.c.Erased.IsZero() {
		d.refuse("nothing is held any more", NewToast("deleted", nil))
		return
	}
	d.erase()
	d.toast("deleted")
	d.redraw(AudienceApplicant, AudienceHR)
}

// erase deletes photos and fields in the same transaction. The audit chain keeps hashes,
// times and the reason.
func (d *decision) erase() {
	for i := range d.c.Photos {
		d.dropPhoto(&d.c.Photos[i])
	}
	d.c.PhotosGoneAt = d.e.At
	d.c.Personal = Personal{}
	d.c.SameNumberCases = nil
	d.c.Erased = d.e.At
	d.ch.SetBlindIndex, d.ch.BlindIndex = true, nil
	d.detail("erased", "photos and fields")
	d.rule("erased on request")
}

// dropPhoto deletes a photo's bytes; its hash stays.
func (d *decision) dropPhoto(p *Photo) {
	d.forget(p.ID)
	if p.SHA256 != "" {
		d.detail("sha256_"+strconv.Itoa(len(d.ch.DropPictures)), p.SHA256)
	}
}

// photosPurged: the grace period after the end is over.
func photosPurged(d *decision) {
	if d.e.Field == "all" {
		if !d.c.Erased.IsZero() {
			d.refuse("already erased", nil)
			return
		}
		d.erase()
		d.rule("retention period is over")
		d.redraw(AudienceApplicant, AudienceHR)
		return
	}
	if !d.c.PhotosGoneAt.IsZero() {
		d.refuse("already deleted", nil)
		return
	}
	for i := range d.c.Photos {
		d.dropPhoto(&d.c.Photos[i])
	}
	d.c.PhotosGoneAt = d.e.At
	d.rule("grace period is over")
	d.redraw(AudienceApplicant)
}
