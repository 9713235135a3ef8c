package cards

import (
	"slices"
	"time"
)

// approveNode draws the approval, or what stands in its place. Despite a red check it takes a second act, the choice of
// a reason, which is recorded.
func (v Review) approveNode() node {
	a := v.act(ActApprove)
	switch {
	case v.NotTaken:
		return askFirst("keep_on_file", mainButton, v.act(ActKeepOnFile))
	case slices.ContainsFunc(v.Checks, func(c Check) bool { return c.Level == Red }):
		nodes := choice("override", "reason", Overrides, "", true)
		return form("despite_red", append(nodes, asSubmit(button("approve_anyway", plainButton, a), a))...)
	}
	return button("approve", mainButton, a)
}

// fourEyesNodes says that two admins have to approve and why, by the text with this id, and who was the first.
func fourEyesNodes(id string, reasons []string, firstBy string, firstAt time.Time) []node {
	if len(reasons) == 0 {
		return nil
	}
	why := make([]text, 0, len(reasons))
	for _, code := range reasons[:min(len(reasons), maxFourEyes)] {
		why = append(why, codeText("four_eyes", code))
	}
	comma := text{zh: "、", en: ", ", trusted: true}
	e := []node{line(tr(id, textArg("why", join(comma, why...))), colourOrange)}
	if firstBy != "" {
		e = append(e, row(person(firstBy), line(tr("review.first_approval", timeArg("at", firstAt)))))
	}
	return e
}

// maxFourEyes is the number of reasons for two admins.
const maxFourEyes = 4

// answerNodes draws the buttons for a decision. The approval stands alone; the rest opens with a tap, unless it is all
// that HR can do.
func (v Review) answerNodes() []node {
	var e []node
	approvable := v.Help == nil || v.NotTaken
	if approvable {
		e = append(e, v.approveNode())
	}
	switch {
	case !approvable:
		return append(e, v.decisionForm())
	case v.FormOpen:
		return append(e, headline(tr("review.or")), v.decisionForm())
	}
	if v.Panel != "" {
		return e
	}
	return append(e, collapsed(tr("review.or"), v.presetNodes()...))
}

// Preset sends the case back with one tap.
type Preset struct {
	Reason string // one of Reasons
	Redo   string // one of Sides
}

// maxPresets is the largest number of presets on a card.
const maxPresets = 6

// presetNodes draws a button for each preset, and the one that opens the form. A panel must not contain the form.
func (v Review) presetNodes() []node {
	var e []node
	if len(v.Presets) > 0 {
		e = append(e, small(tr("review.presets")))
	}
	for _, p := range v.Presets[:min(len(v.Presets), maxPresets)] {
		a := v.act(ActSendBack)
		a.Reason, a.Side = p.Reason, p.Redo
		e = append(e, labelled(tr("review.preset",
			textArg("reason", codeText("reason", p.Reason)), textArg("what", codeText("redo", p.Redo))), plainButton, a))
	}
	return append(e, button("decide", quietButton, v.act(ActDecide)))
}

// decisionForm is the form for sending back and rejecting with any reason and words of HR's own.
func (v Review) decisionForm() node {
	inputs := choice("reason", "reason", Reasons, "", true)
	inputs = append(inputs, choice("side", "redo", Sides, "details", false)...)
	return form("decision", append(inputs,
		field{
			name:  "note",
			hint:  tr("hint.note"),
			max:   maxNote,
			lines: true,
		}.node(),
		small(tr("review.reads")),
		field{
			name:  "internal_note",
			hint:  tr("hint.internal_note"),
			max:   maxInternalNote,
			lines: true,
		}.node(),
		row(
			asSubmit(button("send_back", plainButton, v.act(ActSendBack)), v.act(ActSendBack)),
			asSubmit(withDialog(button("reject", dangerButton, v.act(ActReject)), "reject"), v.act(ActReject)),
		),
	)...)
}
