package flows

import "strings"

// backupPrefix begins the Job of a write that may have been applied between a backup and its restoration. The rest is
// the time of the backup.
const backupPrefix = "copy_of/"

// restored handles an open case after the database was restored from a backup. Writes made after the backup are not on
// record, so each write that is not done yet becomes unknown. The case continues, and HR is asked when it comes to the
// write. A code in CodeStateSending may have been sent.
func restored(d *decision) {
	changed := d.markUncertain(&d.c.Identity)
	if d.filesEvidence() && d.markUncertain(&d.c.Evidence) {
		changed = true
	}
	if code := d.c.Code; code != nil && code.State == CodeStateSending {
		code.State, code.Problem = CodeStateUnknown, "unknown"
		d.redraw(AudienceApplicant)
		changed = true
	}
	if !changed {
		d.refuse(refusalKnown, nil)
		return
	}
	d.detail("copy_of", d.event.ID)
	if d.c.State == Recording || d.c.State == Filing {
		d.resume(d.c.State) // the worker finds the unknown write and reports a stop, which asks HR
	}
}

// markUncertain makes a write unknown. It returns false if the write is done or unknown already.
func (d *decision) markUncertain(field **Write) bool {
	w := *field
	if w != nil && (w.State == WriteDone || w.State == WriteUnknown) {
		return false
	}
	attempt := 0
	if w != nil {
		attempt = w.Attempt
	}
	*field = &Write{State: WriteUnknown, Attempt: attempt, Job: backupPrefix + d.event.ID}
	return true
}

// FromBackup reports whether a write is unknown because of a restored backup. cause is shown on HR's card.
func (w *Write) FromBackup() (cause string, is bool) {
	if w == nil || w.State != WriteUnknown || !strings.HasPrefix(w.Job, backupPrefix) {
		return "", false
	}
	return w.Job, true
}

// asksIfWritten reports whether the present stop asks HR if the write was applied. After a restored backup a write can
// be unknown while HR is asked about something else or before it is due.
func (d *decision) asksIfWritten() bool {
	a := d.c.Attention
	if _, is := d.c.write(a.Step).FromBackup(); !is {
		return true
	}
	return a.Code == StopUnknownOutcome && !d.c.BeforeWrites() && (a.Step != StepEvidence || d.c.IdentityDone())
}
