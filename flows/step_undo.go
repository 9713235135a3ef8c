package flows

// settle ends a review with HR's decision. The decision takes effect when the time for undoing it is over. Until then
// nothing is written to a platform, and the applicant's card stays as it is.
func (d *decision) settle(what ReviewOutcome) {
	before, note := d.c.Review, d.c.Personal.Note
	d.recordReview(what)
	first := d.c.FirstApproval
	d.c.FirstApproval = nil
	if d.policy.Undo <= 0 {
		takeEffect(d)
		return
	}
	d.c.Pending = &PendingReview{
		Until:  d.event.At.Add(d.policy.Undo),
		Since:  d.c.EnteredAt,
		Before: before,
		First:  first,
	}
	d.c.Personal.NoteBefore = note
	d.goTo(Decided)
}

// takeEffect does what the decision of the review says.
func takeEffect(d *decision) {
	since := d.c.EnteredAt
	if d.c.Pending != nil {
		since = d.c.Pending.Since
	}
	d.c.Pending, d.c.Personal.NoteBefore = nil, ""
	d.count(figureOfSpan(SpanReview, d.c.Review.At.Sub(since)))
	switch d.c.Review.What {
	case ReviewApproved:
		d.startRecording()
	case ReviewSentBack:
		d.countReview(figureSentBack)
		d.returnToApplicant()
	case ReviewOnFile:
		d.goTo(OnFile)
		d.repost(AudienceApplicant)
	default:
		d.countReview(figureRejected)
		d.goTo(Rejected)
		d.repost(AudienceApplicant)
	}
}

// undo takes the decision back. Only the admin who made it may: another one who disagrees would undo it unseen.
func undo(d *decision) {
	if d.event.Actor != d.c.Review.By {
		d.refuse("decided by another admin", NewToast("undo_not_yours", nil))
		return
	}
	d.detail("undone", string(d.c.Review.What))
	d.since = d.c.Pending.Since
	d.c.Review, d.c.Personal.Note = d.c.Pending.Before, d.c.Personal.NoteBefore
	d.c.FirstApproval = d.c.Pending.First
	d.c.Pending, d.c.Personal.NoteBefore = nil, ""
	d.toast("undone")
}
