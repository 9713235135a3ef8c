package main

import (
	"fmt"
	"slices"

	"shiming/sim"
)

// oneLivingCard checks that of a case's cards for one audience all but one are pointers to the newer one.
func oneLivingCard(e *evidence) (string, []string) {
	living := map[[3]string]int{}
	n := 0
	for _, m := range e.record.Messages {
		if m.Card == "" || m.Recalled {
			continue
		}
		n++
		if !m.Superseded {
			living[audience(m)]++
		}
	}
	var faults []string
	for k, cards := range living {
		if cards > 1 {
			faults = append(faults, fmt.Sprintf("%d living cards of case %s in %s %s", cards, k[0], k[1], k[2]))
		}
	}
	slices.Sort(faults)
	return fmt.Sprintf("%d cards, %d living", n, len(living)), faults
}

// audience is the case, the chat and the chat's owner of a card.
func audience(m sim.MessageRecord) [3]string { return [3]string{m.Case, m.Chat, m.With} }

// cardsCurrent checks at the end that every current card of an applicant shows done, that no card of HR has an open
// question, and that every desk shows an empty queue. A card that was last drawn by the answer to a click may be out of date.
func cardsCurrent(e *evidence) (string, []string) {
	var faults []string
	n, late := 0, 0
	for _, m := range e.record.Messages {
		if m.Card == "" || m.Recalled || m.Superseded || len(m.Versions) == 0 {
			continue
		}
		n++
		last := m.Versions[len(m.Versions)-1]
		switch {
		case m.Card == "case" && last.Stage != sim.StageDone:
			faults = append(faults, fmt.Sprintf("the applicant's card of case %s shows %q, drawn by %s", m.Case, last.Stage,
				last.By))
		case m.Card == "desk":
			if last.Kind != "" {
				faults = append(faults, fmt.Sprintf("the desk of %s shows a %s, drawn by %s", m.With, last.Kind, last.By))
			}
		case m.Card != "case" && !m.Filed:
			faults = append(faults, fmt.Sprintf("HR's card of case %s does not say that it is filed, drawn by %s", m.Case,
				last.By))
		}
		for i := 1; i < len(m.Versions); i++ {
			v := m.Versions[i]
			if v.By == "callback" && m.Versions[i-1].By == "patch" && overtaken(e, m.ID, m.Versions[i-1], v) {
				late++
			}
		}
	}
	return fmt.Sprintf("%d living, %d patches overtook an answer", n, late), faults
}

// overtaken reports whether a patch arrived while the click was open whose answer drew the next version.
func overtaken(e *evidence, message string, patch, callback sim.VersionRecord) bool {
	return slices.ContainsFunc(e.record.Presses, func(p pressRecord) bool {
		return p.MessageID == message && p.At.Before(patch.At) && !p.At.Add(p.Took).Before(patch.At) &&
			!p.At.After(callback.At)
	})
}
