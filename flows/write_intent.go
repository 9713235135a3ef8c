package flows

// A write to a platform must not happen twice, and neither Feishu nor e签宝 can be asked afterwards whether a write was
// applied. So the worker reports its intent first, and the intent is stored before the call:
//
//	(none) → started → done
//	         started → refused   certainly not applied: another attempt may begin
//	         started → unknown   the answer was lost: only HR can decide (retry or resolve)

// markUnknown ends the attempt of a step that stopped: unknown if the write may have been applied, otherwise refused.
func (d *decision) markUnknown(a *Attention) {
	w := d.c.write(a.Step)
	if w == nil || w.State != WriteStarted {
		return
	}
	if a.Code == StopUnknownOutcome {
		w.State = WriteUnknown
		// The platform may have received the data.
		d.noteDisclosure(map[Step]string{StepIdentity: "feishu_identity", StepEvidence: "esign"}[a.Step])
	} else {
		w.State = WriteRefused
	}
}

// write returns the write of the step, or nil if the step has none or no attempt has begun.
func (c *Case) write(step Step) *Write {
	switch step {
	case StepIdentity:
		return c.Identity
	case StepEvidence:
		return c.Evidence
	}
	return nil
}

// startWrite returns the intent of a new attempt. It refuses if the write is done, or if an earlier attempt has begun
// and its outcome is not known.
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

// requireStarted refuses a result without a started attempt and reports whether there is one.
func (d *decision) requireStarted(w *Write) bool {
	if w == nil || w.State != WriteStarted {
		d.refuse(refusalNoAttempt, nil)
		return false
	}
	return true
}

// writeFailed ends an attempt that was certainly not applied, so that another one may begin.
func writeFailed(d *decision) {
	w := d.c.write(d.event.Step)
	if w == nil || w.State != WriteStarted {
		d.refuse(refusalNoAttempt, nil)
		return
	}
	w.State = WriteRefused
	d.detail("step", string(d.event.Step))
}
