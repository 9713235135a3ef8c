package flows

// Outcomes of a case that ends because nobody can go on with it.
const (
	OutcomeLeft        = "left"        // the applicant has left the company
	OutcomeUninstalled = "uninstalled" // the company has uninstalled the app
)

// endForLeaver ends the case as a withdrawal does, with an outcome of its own. What was received is deleted after the
// grace period of every ended case.
func endForLeaver(d *decision) {
	d.c.Outcome = d.event.Field
	d.rule("nobody goes on with it: " + d.event.Field)
}

// leftDuringWrites lets a case go on of which a write has begun, as a withdrawal would be refused: nothing is left half
// written. When the retention is over, nothing can be under way any more, and the case ends.
func leftDuringWrites(d *decision) {
	if d.event.Final {
		endForLeaver(d)
		return
	}
	d.goTo(d.c.State)
	if !d.c.LeftAt.IsZero() {
		d.refuse(refusalKnown, nil)
		return
	}
	d.c.LeftAt = d.event.At
	d.rule("a write is under way and goes on: " + d.event.Field)
	d.redraw(AudienceHR)
}

// leftDuringAttention ends a stopped case unless a write may have begun: only HR can tell how that ended.
func leftDuringAttention(d *decision) {
	if d.c.BeforeWrites() {
		endForLeaver(d)
		return
	}
	leftDuringWrites(d)
}
