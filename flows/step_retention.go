package flows

import "strconv"

// eraseOpenCase ends the case and deletes all personal data at once.
func eraseOpenCase(d *decision) {
	d.toast("deleted")
	d.erasePersonal()
}

// eraseEndedCase deletes the personal data of a case that has ended.
func eraseEndedCase(d *decision) {
	if !d.c.Erased.IsZero() {
		d.refuse("nothing is held any more", NewToast("deleted", nil))
		return
	}
	d.erasePersonal()
	d.toast("deleted")
	d.redraw(AudienceApplicant, AudienceHR)
}

// erasePersonal deletes photos and fields in one transaction. The audit chain keeps hashes, times and the reason.
func (d *decision) erasePersonal() {
	for i := range d.c.Photos {
		d.purgePhoto(&d.c.Photos[i])
	}
	d.c.PhotosGoneAt = d.event.At
	d.c.Personal = Personal{}
	d.c.SameNumberCases = nil
	d.c.Department = ""
	d.c.Erased = d.event.At
	d.change.SetBlindIndex, d.change.BlindIndex = true, nil
	d.detail("erased", "photos and fields")
	d.rule("erased on request")
}

// purgePhoto deletes the bytes of a photo and notes their hash in the audit row, as a proof of the deletion.
func (d *decision) purgePhoto(p *Photo) {
	d.dropPicture(p.ID)
	if p.SHA256 != "" {
		d.detail("sha256_"+strconv.Itoa(len(d.change.DropPictures)), p.SHA256)
	}
}

// photosPurged handles the end of a retention period: PhotoGrace for the photos, FieldRetention for all personal data.
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
