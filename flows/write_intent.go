package flows

// markUnknown keeps the outcome of a write that may have been applied, or frees it for
// another attempt when it certainly was not.
func (d *decision) markUnknown(a *Attention) {
	w := d.c.write(a.Step)
	if w == nil || w.State != WriteStarted {
		return
	}
	if a.Code == StopUnknownOutcome {
		w.State = WriteUnknown
		// it may well have been received
		d.noteDisclosure(map[Step]string{StepIdentity: "feishu_identity", StepEvidence: "esign"}[a.Step])
	} else {
		w.State = WriteRefused
	}
}

func (c *Case) write(step Step) *Write {
	switch step {
	case StepIdentity:
		return c.Identity
	case StepEvidence:
		return c.Evidence
	}
	return nil
}

// startWrite stores the intent of a write. It refuses if the write is done, or if an earlier attempt has begun and its
// outcome is not known.
func (d *decision) startWrite(w *Write) *Write {
	if w == nil {
		w = &Write{}
	}
	if w.State == WriteDone || w.State == WriteStarted || w.State == WriteUnknown {
		d.refuse("already begun", nil)
		return w
	}
	return &Write{
		State:   WriteStarted,
		Attempt: w.Attempt + 1,
		Started: d.event.At,
		Job:     d.event.Job,
	}
}

// answered refuses an answer to an attempt that never began.
func (d *decision) requireStarted(w *Write) bool {
	if w == nil || w.State != WriteStarted {
		d.refuse(refusalNoAttempt, nil)
		return false
	}
	return true
}

// writeFailed frees a write that was certainly not applied for another attempt.
func writeFailed(d *decision) {
	w := d.c.write(d.event.Step)
	if w == nil || w.State != WriteStarted {
		d.refuse(refusalNoAttempt, nil)
		return
	}
	w.State = WriteRefused
	d.detail("step", string(d.event.Step))
}
