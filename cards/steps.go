package cards

// way draws the row of steps: done before current, the current one, open after it. Without a current step among steps
// there is no row, since a wrong one would say something untrue.
func way(steps []Step, current Step) []node {
	here := -1
	for i, s := range steps {
		if s == current {
			here = i
		}
	}
	if here < 0 {
		return nil
	}
	return drawn(steps, func(i int) string {
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

// wayDone draws the row at the end of the way; steps that did not happen are crossed, not ticked.
func wayDone(steps []Step, left map[Step]bool) []node {
	return drawn(steps, func(i int) string {
		if left[steps[i]] {
			return "➖ "
		}
		return "✅ "
	})
}

func drawn(steps []Step, sign func(i int) string) []node {
	if len(steps) == 0 {
		return nil
	}
	parts := make([]text, len(steps))
	for i, s := range steps {
		parts[i] = prefixed(sign(i), of("step", string(s)))
	}
	return []node{small(joined(same(" › "), parts...))}
}
