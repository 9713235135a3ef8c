package failure

import "time"

// backoffSteps are the pauses after the first, second, … attempt; the last one repeats.
var backoffSteps = [...]time.Duration{
	time.Second, 2 * time.Second, 5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute,
	5 * time.Minute,
}

// Backoff is the pause after attempt n (1 for the first): 1 s, 2 s, 5 s, 15 s, 30 s, 1 min, 2 min, then 5 min, and at
// least wish, which is what the upstream asked for.
func Backoff(n int, wish time.Duration) time.Duration {
	return max(backoffSteps[min(max(n, 1), len(backoffSteps))-1], wish)
}
