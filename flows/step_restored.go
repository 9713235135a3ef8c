package flows

import "strings"

// backupPrefix begins the Job of a write that may have happened after the copy of the database was
// made which was put back.
const backupPrefix = "copy_of/"

// restored deals with a case of a database that was put back from a copy: what was written
// after the copy was made is not on record. So each write that is still to come counts as one
// whose outcome is unknown. The case goes on in its ordinary way, and where the write would
// be made HR is asked whether it has been. A code that was about to be sent may have been.
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
		d.resume(d.c.State) // the worker asks HR
	}
}

// markUncertain notes that a write may have been made; false if it is known already.
func (d *decision) markUncertain(at **Write) bool {
	w := *at
	if w != nil && (w.State == WriteDone || w.State == WriteUnknown) {
		return false
	}
	attempt := 0
	if w != nil {
		attempt = w.Attempt
	}
	*at = &Write{State: WriteUnknown, Attempt: attempt, Job: backupPrefix + d.event.ID}
	return true
}

// FromBackup reports that a write is unknown since it may have been made after the copy, and what
// HR's card names as its cause.
func (w *Write) FromBackup() (cause string, is bool) {
	if w == nil || w.State != WriteUnknown || !strings.HasPrefix(w.Job, backupPrefix) {
		return "", false
	}
	return w.Job, true
}

// asked reports whether what HR says of a stopped write is an answer to "did it happen?". In a
// copy put back a write is unknown also where HR was asked something else, or before its turn.
func (d *decision) asksIfWritten() bool {
	a := d.c.Attention
	if _, is := d.c.write(a.Step).FromBackup(); !is {
		return true
	}
	return a.Code == StopUnknownOutcome && !d.c.BeforeWrites() && (a.Step != StepEvidence || d.c.IdentityDone())
}
