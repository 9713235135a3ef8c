package flows

import "strconv"

// eraseOpenCase ends the case and deletes all personal data at once.
func eraseOpenCase(d *decision) {
	d.toast("deleted")
	d.erasePersonal(RuleRequest)
}

// eraseEndedCase deletes the personal data of a case that has ended.
func eraseEndedCase(d *decision) {
	if !d.c.Erased.IsZero() {
		d.refuse("nothing is held any more", NewToast("deleted", nil))
		return
	}
	d.erasePersonal(RuleRequest)
	d.toast("deleted")
	d.redraw(AudienceApplicant, AudienceHR)
}

// erasePersonal deletes photos and fields in one transaction. The audit chain keeps hashes, times and the reason.
func (d *decision) erasePersonal(why DeletionRule) {
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
	d.noteDeletion(PurgeAll, why)
}

// purgePhoto deletes the bytes of a photo and notes their hash in the audit row, as a proof of the deletion.
func (d *decision) purgePhoto(p *Photo) {
	d.dropPicture(p.ID)
	if p.SHA256 != "" {
		d.detail("sha256_"+strconv.Itoa(len(d.change.DropPictures)), p.SHA256)
	}
}

// noteDeletion notes a deletion with its rule, in the audit row and for the report.
func (d *decision) noteDeletion(scope PurgeScope, why DeletionRule) {
	d.detail("deletion_rule", string(why))
	d.change.Deleted = &Deletion{Scope: scope, Rule: why, At: d.event.At}
}

// photosPurged handles the end of a retention period of the photos, or of all personal data. The event names the rule;
// jobs of older versions do not.
func photosPurged(d *decision) {
	why := d.event.Deletion
	if d.event.Kind == ErasedBefore {
		why = RuleRestored
	}
	if d.event.Field == string(PurgeAll) {
		if !d.c.Erased.IsZero() {
			d.refuse("already erased", nil)
			return
		}
		if why == "" {
			why = RuleFields
		}
		d.erasePersonal(why)
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
	if why == "" {
		why = RulePhotoGrace
	}
	d.noteDeletion(PurgePhotos, why)
	d.redraw(AudienceApplicant)
}

// erasedBefore handles an open case of a restored backup that had ended afterwards, and of which something had been
// deleted. With everything deleted the case ends. With the photos deleted it stays, since HR has to tell how it had
// ended; photos that the person sends from now on are kept like any others.
func erasedBefore(d *decision) {
	if d.event.Field == string(PurgeAll) {
		d.erasePersonal(RuleRestored)
		d.rule("deleted after the backup")
		return
	}
	d.goTo(d.c.State)
	for i := range d.c.Photos {
		d.purgePhoto(&d.c.Photos[i])
	}
	if len(d.change.DropPictures) == 0 {
		d.refuse(refusalKnown, nil)
		return
	}
	d.rule("photos deleted after the backup")
	d.noteDeletion(PurgePhotos, RuleRestored)
}
