package flows

// personChecked: the supplier says whether name, number and mobile are one person's.
func personChecked(d *decision) {
	d.c.Delayed = ""
	d.sent("tencent_faceid")
	d.c.Check = d.e.Check
	d.detail("outcome", string(d.e.Check.Outcome))
	d.detail("serial", d.e.Check.Serial)
	if d.e.Check.Outcome != CheckMatch {
		d.c.Mismatch = "three_elements"
		if d.e.Check.Outcome == CheckNoRecord {
			d.c.Mismatch = "no_record"
		}
		d.backToForm()
		d.rule("supplier: " + string(d.e.Check.Outcome))
		return
	}
	d.afterCheck()
}

// checkRefused: the supplier does not take one of the three, so nothing was checked.
func checkRefused(d *decision) {
	d.c.Delayed = ""
	d.sent("tencent_faceid")
	d.c.Mismatch = d.e.Field
	d.detail("field", d.e.Field)
	d.backToForm()
}

// backToForm asks the applicant to look at the form again. A code proves one submission only.
func (d *decision) backToForm() {
	d.c.Code, d.c.Personal.SMSCode = nil, ""
	d.goTo(AwaitingConfirmation)
}

// afterCheck goes to HR, or past HR when the policy lets an all-green case through.
func (d *decision) afterCheck() {
	d.c.Rounds++
	if !d.p.ReviewAlways && AllGreen(Findings(d.c, d.e.At)) {
		d.c.Review = &Review{What: ReviewApproved, At: d.e.At, Round: d.c.Rounds}
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
