package flows

// cancel ends the case at the applicant's request.
func cancel(d *decision) {
	d.toast("cancelled")
}

// expire ends a case whose person has not acted within ExpireAfter.
func expire(d *decision) {
	d.rule("nobody moved in time")
	d.repost(AudienceApplicant)
}

// repostCard sends the present card again, at the bottom of the applicant's chat.
func repostCard(d *decision) {
	d.goTo(d.c.State)
	d.change.Silent = true
	d.repost(AudienceApplicant)
}

// delayed notes that the job of a step is retried, so that the applicant's card says so.
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
