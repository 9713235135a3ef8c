package failure

import "time"

// backoffSteps are the pauses after the first, the second, … attempt. The last one repeats.
var backoffSteps = [...]time.Duration{
	time.Second,
	2 * time.Second,
	5 * time.Second,
	15 * time.Second,
	30 * time.Second,
	time.Minute,
	2 * time.Minute,
	5 * time.Minute,
}

// Backoff returns the pause after the given attempt; the first attempt is 1. atLeast is the pause that the platform
// asked for, or 0. It adds no jitter.
func Backoff(attempt int, atLeast time.Duration) time.Duration {
	step := min(max(attempt, 1), len(backoffSteps))
	return max(backoffSteps[step-1], atLeast)
}
