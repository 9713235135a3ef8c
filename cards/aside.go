package cards

// Holds are the codes of the times for which HR puts a case aside (texts "hold.<code>"); end puts it back.
var Holds = []string{"hour", "morning", "days", "answer", "end"}

// Panels are the parts of HR's card that ActOpen opens by its To.
var Panels = []string{ToAsk, ToHold, ToTransfer, ToNote}

// Values of Action.To and of Review.Panel.
const (
	ToAsk      = "ask"
	ToHold     = "hold"
	ToTransfer = "transfer"
	ToNote     = "note"
)

// asideNodes draws what HR can do with a case besides deciding: ask, put aside, hand over, note. panel is what is open.
// A panel that folds must not contain a form.
func (t Talk) asideNodes(r Ref, asks bool, panel string) []node {
	switch {
	case panel == ToAsk && asks:
		return t.askNodes(r)
	case panel == ToHold:
		return t.holdNodes(r)
	}
	if form := t.panelForm(r, panel); form != nil {
		return []node{form}
	}
	var buttons []node
	if asks {
		buttons = append(buttons, opener("aside_ask", r, ToAsk))
	}
	buttons = append(buttons, opener("aside_hold", r, ToHold))
	if len(t.TransferTo) > 0 {
		buttons = append(buttons, opener("aside_transfer", r, ToTransfer))
	}
	return []node{row(append(buttons, opener("aside_note", r, ToNote))...)}
}

// askNodes draws the common questions, each with one tap, and the input for others.
func (t Talk) askNodes(r Ref) []node {
	e := []node{small(tr("aside.ask"))}
	for _, code := range Questions {
		a := r.act(ActAsk)
		a.Reason = code
		e = append(e, labelled(codeText("question", code), plainButton, a))
	}
	return append(e, t.panelForm(r, ToAsk))
}

// holdNodes draws the times for which the case can be put aside.
func (t Talk) holdNodes(r Ref) []node {
	holds := make([]node, 0, len(Holds))
	for _, code := range Holds {
		if code == "answer" && !t.Asked || code == "end" && t.HeldBy == "" {
			continue
		}
		a := r.act(ActHold)
		a.To = code
		holds = append(holds, labelled(codeText("hold", code), plainButton, a))
	}
	return []node{small(tr("aside.hold")), row(holds...)}
}

// opener is the button that opens one of Panels.
func opener(label string, r Ref, to string) node {
	a := r.act(ActOpen)
	a.To = to
	return button(label, quietButton, a)
}

// panelForm draws the form that is open; nil for none.
func (t Talk) panelForm(r Ref, panel string) node {
	words := func(name, hint string, required bool) node {
		return field{name: name, hint: tr(hint), max: maxNote, lines: true, required: required}.node()
	}
	submit := func(label string, act Act) node { return asSubmit(button(label, plainButton, r.act(act)), r.act(act)) }
	switch panel {
	case ToAsk:
		return form("ask", words("question", "hint.question", true), submit("ask", ActAsk))
	case ToTransfer:
		return form("transfer", line(tr("label.admin")), selectPerson("admin", t.TransferTo),
			words("internal_note", "hint.transfer", false), submit("transfer_to", ActTransfer))
	case ToNote:
		return form("note", words("internal_note", "hint.internal_note", true), submit("note_keep", ActNote))
	}
	return nil
}

// maxChoice is the largest number of people in a choice.
const maxChoice = 10

// selectPerson is a choice among people, whose names Feishu fills in (page "人员选择-单选").
func selectPerson(name string, openIDs []string) node {
	options := make([]node, 0, len(openIDs))
	for _, id := range openIDs[:min(len(openIDs), maxChoice)] {
		options = append(options, node{"value": machineID(id).zh})
	}
	return node{
		"tag":         "select_person",
		"name":        name,
		"placeholder": plainText(tr("hint." + name)),
		"options":     options,
		"required":    true,
		"width":       "fill",
	}
}
