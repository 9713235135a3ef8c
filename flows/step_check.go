package flows

// personChecked: the supplier says whether name, number and mobile are one person's.
func personChecked(d *decision) {
	d.c.Delayed = ""
	d.noteDisclosure("tencent_faceid")
	d.c.Check = d.event.Check
	d.detail("outcome", string(d.event.Check.Outcome))
	d.detail("serial", d.event.Check.Serial)
	if d.event.Check.Outcome != CheckMatch {
		d.c.Mismatch = "three_elements"
		if d.event.Check.Outcome == CheckNoRecord {
			d.c.Mismatch = "no_record"
		}
		d.returnToForm()
		d.rule("supplier: " + string(d.event.Check.Outcome))
		return
	}
	d.afterCheck()
}

// checkRefused: the supplier does not take one of the three, so nothing was checked.
func checkRefused(d *decision) {
	d.c.Delayed = ""
	d.noteDisclosure("tencent_faceid")
	d.c.Mismatch = d.event.Field
	d.detail("field", d.event.Field)
	d.returnToForm()
}

// backToForm asks the applicant to look at the form again. A code proves one submission only.
func (d *decision) returnToForm() {
	d.c.Code, d.c.Personal.SMSCode = nil, ""
	d.goTo(AwaitingConfirmation)
}

// afterCheck goes to HR, or past HR when the policy lets an all-green case through.
func (d *decision) afterCheck() {
	d.c.Rounds++
	if !d.policy.ReviewAlways && AllGreen(Findings(d.c, d.event.At)) {
		d.c.Review = &Review{What: ReviewApproved, At: d.event.At, Round: d.c.Rounds}
		d.startRecording()
		d.rule("policy: all checks green")
		return
	}
	d.c.Review = nil
	d.goTo(AwaitingReview)
	d.repost(AudienceHR)
}

// startRecording begins the independent effects side by side.
func (d *decision) startRecording() {
	d.goTo(Recording)
	d.resume(Recording)
}
