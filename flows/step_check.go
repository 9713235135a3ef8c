package flows

// personChecked handles the supplier's answer. The form comes back unless all elements match, with the next rung of the
// ladder if there is one.
func personChecked(d *decision) {
	d.c.Delayed = ""
	d.noteDisclosure(checkedBy(d.c.Method))
	d.c.Check = d.event.Check
	d.detail("outcome", string(d.event.Check.Outcome))
	d.detail("supplier", d.event.Check.Supplier)
	d.detail("serial", d.event.Check.Serial)
	d.detail("checked_at", AuditTime(d.event.Check.At))
	if d.event.Check.Outcome != CheckMatch {
		answer := string(d.c.Method)
		if d.event.Check.Outcome == CheckNoRecord {
			answer = noRecordOf(d.c.Method)
		}
		d.noteFailedCheck(answer)
		d.rule("supplier: " + string(d.event.Check.Outcome))
		if next := d.policy.nextRung(d.c); next != "" {
			d.detail("next_method", string(next))
			d.takeRung(next)
			d.c.Mismatch = answer
		}
		return
	}
	d.afterCheck()
}

// checkedBy is the code of the disclosure that a check is (texts "disclosed.<code>").
func checkedBy(m Method) string {
	switch m {
	case BankCardFour:
		return "tencent_bankcard"
	case Face:
		return "tencent_face"
	}
	return "tencent_faceid"
}

// noRecordOf is the answer of a supplier without a record of the person.
func noRecordOf(m Method) string {
	if m == Face {
		return "face_no_record"
	}
	return "no_record"
}

// checkRefused handles a value that the supplier does not accept. Nothing was checked, and the form comes back.
func checkRefused(d *decision) {
	d.c.Delayed = ""
	d.noteDisclosure(checkedBy(d.c.Method))
	d.detail("field", d.event.Field)
	d.noteFailedCheck(d.event.Field)
	if d.event.Field == "bank_card" {
		d.c.FailedAnswer, d.c.Mismatch = d.event.Problem, ""
		d.askBankCard()
		d.c.FormIssues = map[string]string{"bank_card": d.event.Problem}
	}
}

// returnToForm returns to AwaitingConfirmation and removes the code, because a code proves one submission only.
func (d *decision) returnToForm() {
	d.c.Code, d.c.Personal.SMSCode = nil, ""
	d.goTo(AwaitingConfirmation)
}

// afterCheck goes to the review. If the policy does not ask for one and AllGreen holds, the case is approved at once.
func (d *decision) afterCheck() {
	if !d.policy.ReviewAlways && !d.c.OtherNumber && AllGreen(Findings(d.c, d.policy, d.event.At)) {
		d.c.Rounds++
		d.c.Review = &Review{What: ReviewApproved, At: d.event.At, Round: d.c.Rounds}
		d.rule("policy: all checks green")
		d.drawSample()
		d.startRecording()
		return
	}
	d.submitToHR()
}

// submitToHR goes to the review.
func (d *decision) submitToHR() {
	d.c.Rounds++
	d.c.Review, d.c.FirstApproval = nil, nil
	d.goTo(AwaitingReview)
	d.repost(AudienceHR)
}

// startRecording queues the uploads, or the identity if no evidence follows. A case whose agreements have changed asks
// the applicant first.
func (d *decision) startRecording() {
	if d.askToReadAgain() {
		return
	}
	d.goTo(Recording)
	d.resume(Recording)
}
