package flows

// contactKnown stores name, mobile number and department of the directory. The form offers the number, a finding
// compares the name, and HR's desk and the announcement know the department.
func contactKnown(d *decision) {
	d.change.Silent = true
	d.c.Personal.ContactName, d.c.Personal.ContactMobile = d.event.Contact.Name, d.event.Contact.Mobile
	if dep := d.event.Contact.Department.ID; dep != "" && dep != d.c.Department {
		d.c.Department = dep
		d.redraw(AudienceBoard)
		if d.c.State.Turn() == HR {
			d.redraw(AudienceHR)
		}
	}
	if d.c.State == AwaitingConfirmation && d.c.Personal.Mobile == "" {
		d.redraw(AudienceApplicant)
	}
}
