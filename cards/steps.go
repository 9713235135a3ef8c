package cards

// stepRow draws the row of steps: done before current, open after it. If steps do not contain current, there is no row.
func stepRow(steps []Step, current Step) []node {
	here := -1
	for i, s := range steps {
		if s == current {
			here = i
		}
	}
	if here < 0 {
		return nil
	}
	return renderSteps(steps, func(i int) string {
		switch {
		case i < here:
			return "✅ "
		case i == here:
			return "🔵 "
		default:
			return "⚪ "
		}
	})
}

// stepRowDone draws the row of a successful case. Skipped steps are not ticked.
func stepRowDone(steps []Step, skipped map[Step]bool) []node {
	return renderSteps(steps, func(i int) string {
		if skipped[steps[i]] {
			return "➖ "
		}
		return "✅ "
	})
}

// renderSteps draws the names of the steps, each after its sign.
func renderSteps(steps []Step, sign func(i int) string) []node {
	if len(steps) == 0 {
		return nil
	}
	parts := make([]text, len(steps))
	for i, s := range steps {
		parts[i] = prefix(sign(i), codeText("step", string(s)))
	}
	return []node{small(join(sameText(" › "), parts...))}
}
