package flows

import "time"

// cancel ends the case at the applicant's request.
func cancel(d *decision) {
	d.toast("cancelled")
}

// OutcomeHRDelay is the outcome of a case that HR has not decided on within MaxHRWait.
const OutcomeHRDelay = "hr_delay"

// expire ends a case whose applicant has not acted within ExpireAfter, or on which HR has not decided within MaxHRWait.
func expire(d *decision) {
	if d.c.State.Turn() == HR {
		if end := d.c.EnteredAt.Add(MaxHRWait); d.event.At.Before(end) {
			d.waitForHR(end)
			return
		}
		d.c.Outcome = OutcomeHRDelay
		d.repost(AudienceHR) // the old card can no longer be changed: Feishu allows that for 14 days
	}
	d.rule("nobody moved in time")
	d.repost(AudienceApplicant)
}

// waitForHR handles a timer of a version that ended what waited for HR after ExpireAfter. It sets the timers of today.
func (d *decision) waitForHR(end time.Time) {
	d.goTo(d.c.State)
	d.c.ExpiresAt = end
	d.job(Expire(d.c.Rev, end))
	d.job(Remind(d.c.Rev, d.event.At))
	d.change.Silent = true
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
