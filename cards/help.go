package cards

// Help says what happened before an applicant asked HR for help.
type Help struct {
	Checks int    // number of checks that did not match
	Answer string // of the last check (texts "answer.<code>"); "" if there was none
	Detail string // the supplier's own code of the answer
	Face   bool   // the method is the check by face
	Codes  int    // number of codes that were sent in this case; without checks and codes the day's codes are used up
}

// nodes draws what happened and what HR can do. It draws nothing for nil.
func (h *Help) nodes() []node {
	if h == nil {
		return nil
	}
	e, choices := []node{}, tr("help.choices")
	switch {
	case h.Face:
		answer := codeText("answer", h.Answer)
		e, choices = append(e, line(tr("help.face", textArg("answer", answer)), colourRed)), tr("help.choices_face")
		e = append(e, facts(fact("upstream", machineID(h.Detail)))...)
	case h.Checks > 0:
		e = append(e, line(tr("help.checks", intArg("n", h.Checks), textArg("answer", codeText("answer", h.Answer))),
			colourRed))
		e = append(e, facts(fact("upstream", machineID(h.Detail)))...)
		if h.Answer == "identity_name" || h.Answer == "identity_code" {
			choices = tr("help.choices_details")
		}
	case h.Codes > 0:
		e, choices = append(e, line(tr("help.codes", intArg("n", h.Codes)), colourRed)), tr("help.choices_codes")
	default:
		e, choices = append(e, line(tr("help.codes_used_up"), colourRed)), tr("help.choices_codes")
	}
	return append(e, line(choices))
}

// askHRNodes draws the applicant's way to HR. failed is the number of checks that did not match.
func askHRNodes(r Ref, failed int) []node {
	why := tr("ask_hr.codes")
	if failed > 0 {
		why = tr("ask_hr.checks", intArg("n", failed))
	}
	return []node{line(why), button("ask_hr", plainButton, r.act(ActAskHR))}
}
