package flows

import "slices"

// Rungs returns the methods of verification in their order: those of the ladder, or the one method of the settings.
func (p *Policy) Rungs() []Method {
	if len(p.Ladder) > 0 {
		return p.Ladder
	}
	return []Method{p.Method}
}

// nextRung returns the method that follows the present one on the ladder; "" behind the last.
func (p *Policy) nextRung(c *Case) Method {
	rungs := p.Rungs()
	if i := slices.Index(rungs, c.Method); i >= 0 && i+1 < len(rungs) && p.covers(c) {
		return rungs[i+1]
	}
	return ""
}

// covers reports whether the applicant has consented to what the present settings ask for. A rung that was added since
// passes on what the consent did not name.
func (p *Policy) covers(c *Case) bool {
	return c.Consent != nil && c.Consent.Hash == p.Agreement.Hash()
}

// OtherRungs returns the methods that the applicant may take instead of the present one.
func (p *Policy) OtherRungs(c *Case) []Method {
	if c.Method == MethodNone || !p.covers(c) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(p.Rungs()), func(m Method) bool {
		return m == c.Method || m == Face && !p.takesFace()
	})
}

// chooseMethod takes another rung. The form comes back, because a method may need other values, and nothing of the
// method before counts for the new one.
func chooseMethod(d *decision) {
	to := d.event.Method
	if !slices.Contains(d.policy.OtherRungs(d.c), to) {
		d.refuse("not a method of the ladder", LateToast(d.policy, d.c))
		return
	}
	d.detail("method", string(to))
	d.takeRung(to)
	d.toast("method_chosen")
	d.goTo(AwaitingConfirmation)
	d.reenter = true
}

// takeRung changes the method of the case. The bank card and the face are deleted: another method has no use for them.
func (d *decision) takeRung(m Method) {
	d.c.Method = m
	d.c.Code, d.c.Check = nil, nil
	if d.c.BankCard != nil {
		d.c.BankCard = &BankCard{Seq: d.c.BankCard.Seq} // an answer that is under way belongs to no card
	}
	d.c.dropVerification()
	d.dropFace()
	d.c.Mismatch, d.c.FormIssues = "", nil
}
