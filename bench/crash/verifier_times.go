package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/wire"
)

type pressRecord = feishu.Press

// Names of the platforms' operations in the record, and the limit of the OCR.
const (
	opResource = "resource.get"
	opIdentity = "identities.create"
	opEvidence = "evidence.psn_realname"
	ocrLimit   = 10
)

// maxWait is how long a job of a dead process may wait.
const maxWait = 30 * time.Second

// interruptedCalls returns the calls whose process died before it had the answer.
func (e *evidence) interruptedCalls() []wire.Call {
	return slices.DeleteFunc(slices.Clone(e.record.Calls), func(c wire.Call) bool {
		_, killed := e.killOf(c)
		return !c.Left || !killed
	})
}

// killOf returns the kill that interrupted a call.
func (e *evidence) killOf(c wire.Call) (injection, bool) {
	for _, b := range e.injections {
		if b.What == "kill" && !b.At.Before(c.At) && !b.At.After(c.At.Add(c.Duration+100*time.Millisecond)) {
			return b, true
		}
	}
	return injection{}, false
}

// unknown counts the writes that were interrupted by a kill, whether they took effect or not.
func (e *evidence) unknown(operation string) string {
	n := 0
	for _, c := range e.interruptedCalls() {
		if c.Operation == operation {
			n++
		}
	}
	return fmt.Sprintf("%d cut off by a kill", n)
}

// takenUp checks that an interrupted call is repeated, or that the person's card shows the unknown outcome if
// repeating is unsafe. The wait counts from the kill if other instances ran, otherwise from the latest start before
// the repetition.
func takenUp(e *evidence) (string, []string) {
	var waits []time.Duration
	var faults []string
	for _, c := range e.interruptedCalls() {
		if c.Subject == "" {
			continue // its repetition cannot be identified
		}
		if c.Operation == opResource {
			// A download may have arrived completely although the world still waits; another rule checks that no
			// photo is lost.
			continue
		}
		b, _ := e.killOf(c)
		next, there := e.next(c, b.At)
		if !there {
			faults = append(faults, fmt.Sprintf("%s %s, cut off at %s, was never taken up", c.Operation, c.Subject,
				c.At.Format("15:04:05.000")))
			continue
		}
		from := b.At
		if e.o.Store == "sqlite" || b.Others == 0 {
			from = e.startBefore(next, b.At)
		}
		wait := next.Sub(from)
		waits = append(waits, wait)
		if wait > maxWait {
			faults = append(faults, fmt.Sprintf("%s %s, cut off at %s, waited for %s", c.Operation, c.Subject,
				c.At.Format("15:04:05.000"), wait.Round(time.Millisecond)))
		}
	}
	if len(waits) == 0 {
		return "no call was cut off", faults
	}
	slices.Sort(waits)
	return fmt.Sprintf("%d calls cut off, half within %s, longest %s", len(waits),
		waits[len(waits)/2].Round(time.Millisecond),
		waits[len(waits)-1].Round(time.Millisecond)), faults
}

// next returns when an interrupted call was continued. The upstream may notice the broken connection after the next
// process has called, so the repetition must be later than the kill and not than the end of the call.
func (e *evidence) next(c wire.Call, killed time.Time) (time.Time, bool) {
	if c.Operation == opIdentity || c.Operation == opEvidence {
		return e.nextCard(c)
	}
	for _, d := range e.record.Calls {
		if d.Upstream == c.Upstream && d.Operation == c.Operation && d.Subject == c.Subject && d.At.After(killed) {
			return d.At, true
		}
	}
	return time.Time{}, false
}

// nextCard returns when a card showed that HR must resolve a write with an unknown outcome.
func (e *evidence) nextCard(c wire.Call) (time.Time, bool) {
	for _, p := range e.record.People {
		if p.OpenID != c.Subject && p.Case != c.Subject {
			continue
		}
		for _, m := range e.record.Messages {
			if m.Case != p.Case {
				continue
			}
			for _, v := range m.Versions {
				if (v.Stage == sim.StageAttention || v.Kind == "attention") && v.At.After(c.At) {
					return v.At, true
				}
			}
		}
	}
	return time.Time{}, false
}

// startBefore returns the latest start of a process between the kill and a time.
func (e *evidence) startBefore(at, kill time.Time) time.Time {
	from := kill
	for _, l := range e.runs {
		if l.Begun.After(from) && l.Begun.Before(at) {
			from = l.Begun
		}
	}
	return from
}

func queueEmpty(e *evidence) (string, []string) {
	if e.queue != 0 {
		return fmt.Sprintf("%g jobs", e.queue), []string{"jobs are left after everything is over"}
	}
	return "0 jobs", nil
}

func startsReady(e *evidence) (string, []string) {
	var longest time.Duration
	n, killedEarly := 0, 0
	for _, r := range e.runs {
		if r.Ready.IsZero() {
			killedEarly++
			continue
		}
		n++
		longest = max(longest, r.Ready.Sub(r.Begun))
	}
	var faults []string
	if longest > maxWait {
		faults = append(faults, "a start took "+longest.String())
	}
	return fmt.Sprintf("%d starts, longest %s; %d killed while starting", n, longest.Round(time.Millisecond), killedEarly),
		faults
}

func termsClean(e *evidence) (string, []string) {
	var faults []string
	var longest time.Duration
	n := 0
	for _, b := range e.injections {
		if b.What != "term" {
			continue
		}
		n++
		longest = max(longest, b.Gone.Sub(b.At))
		if b.Late || b.Code != 0 {
			faults = append(faults, fmt.Sprintf("%s at %s: exit code %d after %s", b.Instance, b.At.Format("15:04:05"), b.Code,
				b.Took))
		}
	}
	if n == 0 {
		return "", nil
	}
	return fmt.Sprintf("%d, longest %s", n, longest.Round(time.Millisecond)), faults
}

// termsUnnoticed checks that a stop causes no error for people while another instance is ready.
func termsUnnoticed(e *evidence) (string, []string) {
	var faults []string
	n, stops := 0, 0
	for _, b := range e.injections {
		if b.What != "term" || b.Others == 0 {
			continue
		}
		stops++
		for _, p := range e.record.Presses {
			if p.At.Add(p.Took).Before(b.At) || p.At.After(b.Gone) {
				continue
			}
			n++
			if !acknowledged(p.Status, p.ErrorCode, p.Toast) {
				faults = append(faults, fmt.Sprintf("%s at %s: error %d, HTTP %d after %s", p.Act, p.At.Format("15:04:05.000"),
					p.ErrorCode, p.Status, p.Took.Round(time.Millisecond)))
			}
		}
	}
	if stops == 0 {
		return "", nil
	}
	return fmt.Sprintf("%d presses during %d stops", n, stops), faults
}

func logsClean(e *evidence) (string, []string) {
	var faults []string
	lines := 0
	for _, l := range e.logs {
		lines += strings.Count(l, "\n")
		for line := range strings.Lines(l) {
			if strings.HasPrefix(line, "panic:") || strings.HasPrefix(line, "fatal error:") || strings.Contains(line, `"panic`) {
				faults = append(faults, strings.TrimSpace(line))
			}
		}
	}
	for _, secret := range e.secrets {
		for _, l := range e.logs {
			if strings.Contains(l, secret) {
				faults = append(faults, "something personal stands in a log")
			}
		}
	}
	return fmt.Sprintf("%d lines", lines), faults
}
