package flows

import "strconv"

// eraseOpenCase ends the case and deletes everything personal at once.
func eraseOpenCase(d *decision) {
	d.toast("deleted")
	d.erasePersonal()
}

// eraseEndedCase deletes what is still held of a case that is over.
func eraseEndedCase(d *decision) {
	if !d.c.Erased.IsZero() {
		d.refuse("nothing is held any more", NewToast("deleted", nil))
		return
	}
	d.erasePersonal()
	d.toast("deleted")
	d.redraw(AudienceApplicant, AudienceHR)
}

// erase deletes photos and fields in the same transaction. The audit chain keeps hashes,
// times and the reason.
func (d *decision) erasePersonal() {
	for i := range d.c.Photos {
		d.purgePhoto(&d.c.Photos[i])
	}
	d.c.PhotosGoneAt = d.event.At
	d.c.Personal = Personal{}
	d.c.SameNumberCases = nil
	d.c.Erased = d.event.At
	d.change.SetBlindIndex, d.change.BlindIndex = true, nil
	d.detail("erased", "photos and fields")
	d.rule("erased on request")
}

// dropPhoto deletes a photo's bytes; its hash stays.
func (d *decision) purgePhoto(p *Photo) {
	d.dropPicture(p.ID)
	if p.SHA256 != "" {
		d.detail("sha256_"+strconv.Itoa(len(d.change.DropPictures)), p.SHA256)
	}
}

// photosPurged: the grace period after the end is over.
func photosPurged(d *decision) {
	if d.event.Field == "all" {
		if !d.c.Erased.IsZero() {
			d.refuse("already erased", nil)
			return
		}
		d.erasePersonal()
		d.rule("retention period is over")
		d.redraw(AudienceApplicant, AudienceHR)
		return
	}
	if !d.c.PhotosGoneAt.IsZero() {
		d.refuse("already deleted", nil)
		return
	}
	for i := range d.c.Photos {
		d.purgePhoto(&d.c.Photos[i])
	}
	d.c.PhotosGoneAt = d.event.At
	d.rule("grace period is over")
	d.redraw(AudienceApplicant)
}
