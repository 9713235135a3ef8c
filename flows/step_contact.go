package flows

// contactKnown stores name and mobile number of the directory. The form offers the number, and a finding compares the
// name.
func contactKnown(d *decision) {
	d.change.Silent = true
	d.c.Personal.ContactName, d.c.Personal.ContactMobile = d.event.Contact.Name, d.event.Contact.Mobile
	if d.c.State == AwaitingConfirmation && d.c.Personal.Mobile == "" {
		d.redraw(AudienceApplicant)
	}
}
