package flows

// cancel ends the case on the applicant's wish.
func cancel(d *decision) {
	d.toast("cancelled")
}

// expire ends a case that nobody moved in time.
func expire(d *decision) {
	d.rule("nobody moved in time")
	d.repost(AudienceApplicant)
}

// repostCard brings the present card to the bottom of the applicant's chat.
func repostCard(d *decision) {
	d.goTo(d.c.State)
	d.change.Silent = true
	d.repost(AudienceApplicant)
}

// delayed notes that an upstream keeps a step waiting, so that the cards say so.
func delayed(d *decision) {
	d.goTo(d.c.State)
	if d.c.Delayed == d.event.Step {
		d.refuse(refusalKnown, nil)
		return
	}
	d.c.Delayed = d.event.Step
	d.detail("step", string(d.event.Step))
	d.redraw(AudienceApplicant)
}
