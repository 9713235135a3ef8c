package flows

// contactKnown keeps name and mobile from the directory to fill the form and to compare.
func contactKnown(d *decision) {
	d.change.Silent = true
	d.c.Personal.ContactName, d.c.Personal.ContactMobile = d.event.Contact.Name, d.event.Contact.Mobile
	if d.c.State == AwaitingConfirmation && d.c.Personal.Mobile == "" {
		d.redraw(AudienceApplicant)
	}
}
