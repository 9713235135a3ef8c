package cards

// Deletion is how many cases something was deleted of, by one rule.
type Deletion struct {
	Rule     string // texts "deleted.<rule>"
	Cases    int
	Pictures int
}

// maxDeletionRules bounds the rows; there are fewer rules.
const maxDeletionRules = 8

// deletionNodes draws what was deleted by each rule, and the proof; nothing without a deletion.
func deletionNodes(all []Deletion, proof string) []node {
	if len(all) == 0 {
		return nil
	}
	var lines []text
	for _, d := range all[:min(len(all), maxDeletionRules)] {
		t := codeText("deleted", d.Rule, intArg("n", d.Cases))
		if d.Pictures > 0 {
			t = join(text{en: " ", trusted: true}, t, tr("deleted.pictures", intArg("n", d.Pictures)))
		}
		lines = append(lines, t)
	}
	e := append([]node{headline(tr("deleted.title"))}, facts(lines...)...)
	return append(e, small(tr("deleted.proof", textArg("hash", machineID(proof)))))
}
