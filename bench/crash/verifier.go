package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"shiming/sim"
)

// evidence is everything that is known after a run.
type evidence struct {
	o          *options
	record     sim.Record
	robots     robots
	injections []injection
	runs       []instanceRun
	queue      float64 // jobs that still wait
	unfinished string  // people that have not ended; "" if all have
	logs       []string
	// secrets are names, numbers and mobiles, which no log may contain.
	secrets []string
}

// verdict is the result of one invariant.
type verdict struct {
	Name   string
	Holds  bool
	Found  string
	Faults []string
}

// rule checks one invariant. found describes what it has seen, faults the violations.
type rule struct {
	name string
	look func(e *evidence) (found string, faults []string)
}

var rules = []rule{
	{"everybody comes to the end", everybodyDone},
	{"every event is taken", everyEventTaken},
	{"no acknowledged photo is lost", photosTaken},
	{"no acknowledged press is lost", pressesTaken},
	{"one case each", oneCaseEach},
	{"identity written once each", oneIdentityEach},
	{"one evidence point per case", onePointEach},
	{"codes sent only when asked for", codesAsked},
	{"photos read again only after a kill", photosReadOnce},
	{"OCR within its limit", ocrWithinLimit},
	{"one living card per case and audience", oneLivingCard},
	{"cards show the last state", cardsCurrent},
	{"the queue ends empty", queueEmpty},
	{"dead jobs taken up within 30 s", takenUp},
	{"every start is ready within 30 s", startsReady},
	{"SIGTERM ends with 0 within 15 s", termsClean},
	{"nobody notices a SIGTERM", termsUnnoticed},
	{"logs: no panic, nothing personal", logsClean},
}

// verify applies all rules. It omits rules without anything to check.
func verify(e *evidence) []verdict {
	var out []verdict
	for _, r := range rules {
		found, faults := r.look(e)
		if found == "" {
			continue
		}
		out = append(out, verdict{
			Name:   r.name,
			Holds:  len(faults) == 0,
			Found:  found,
			Faults: faults,
		})
	}
	return out
}

func everybodyDone(e *evidence) (string, []string) {
	var faults []string
	if e.unfinished != "" {
		faults = append(faults, e.unfinished)
	}
	done := 0
	for _, p := range e.record.People {
		if p.Stage == sim.StageDone && p.Filed() {
			done++
		} else {
			faults = append(faults, fmt.Sprintf("%s stands at %q, identity %t, %d points", p.OpenID, p.Stage, p.Identity,
				len(p.Points)))
		}
	}
	for _, p := range e.robots.People {
		if p.Error != "" {
			faults = append(faults, p.Error)
		}
	}
	for _, h := range e.robots.HR {
		if h.Ended || h.Error != "" {
			faults = append(faults, "HR stopped: "+h.Error)
		}
	}
	return fmt.Sprintf("%d of %d filed", done, e.o.People), faults
}

// everyEventTaken checks that Feishu's redeliveries ended with a 200 for every event.
func everyEventTaken(e *evidence) (string, []string) {
	var faults []string
	attempts := 0
	for _, ev := range e.record.Events {
		attempts += len(ev.Attempts)
		if !ev.Delivered {
			faults = append(faults, fmt.Sprintf("%s %s after %d attempts", ev.Type, ev.ID, len(ev.Attempts)))
		}
	}
	return fmt.Sprintf("%d events, %d redeliveries", len(e.record.Events), attempts-len(e.record.Events)), faults
}

// photosTaken checks that each photo whose event was answered with 200 was downloaded.
func photosTaken(e *evidence) (string, []string) {
	photos := map[string]bool{}
	for _, m := range e.record.Messages {
		switch m.Type {
		case "image", "post", "file":
			photos[m.ID] = !m.FromBot
		}
	}
	fetched := map[string]bool{}
	for _, c := range e.record.Calls {
		if c.Operation == opResource && c.Status == 200 {
			fetched[c.Subject] = true
		}
	}
	var faults []string
	n := 0
	for _, ev := range e.record.Events {
		if !photos[ev.Subject] || !ev.Delivered {
			continue
		}
		n++
		if !fetched[ev.Subject] {
			faults = append(faults, "photo "+ev.Subject+" was acknowledged and never fetched")
		}
	}
	return fmt.Sprintf("%d photo messages", n), faults
}

// accepted holds the toasts of the clicks that a person makes once for each case. A later click on an outdated card
// gets another toast, so the same toast twice means that the first click was lost. The consent is given on the
// agreement page: one that was lost would leave its person at the consent card.
var accepted = map[string]string{"confirm": "收到了", "approve": "已通过"}

// busyToast asks for another click. It is no acknowledgement.
const busyToast = "再点一次"

func acknowledged(status, code int, toast string) bool {
	return status == 200 && code == 0 && !strings.Contains(toast, busyToast)
}

func pressesTaken(e *evidence) (string, []string) {
	type press struct{ caseID, act string }
	times, heard := map[press]int{}, map[string]int{}
	n, failed := 0, 0
	for _, p := range e.record.Presses {
		if !acknowledged(p.Status, p.ErrorCode, p.Toast) {
			failed++
			continue
		}
		n++
		if toast := accepted[p.Act]; toast != "" && p.Toast == toast {
			times[press{p.Case, p.Act}]++
			heard[p.Act]++
		}
	}
	var faults []string
	for act, toast := range accepted {
		if heard[act] == 0 {
			faults = append(faults, fmt.Sprintf("%s was never answered with %q: the rule is out of date", act, toast))
		}
	}
	for p, k := range times {
		if k > 1 {
			faults = append(faults, fmt.Sprintf("%s was accepted %d times on case %s", p.act, k, p.caseID))
		}
	}
	slices.Sort(faults)
	return fmt.Sprintf("%d acknowledged, %d had to be made again", n, failed), faults
}

func oneCaseEach(e *evidence) (string, []string) {
	var faults []string
	n := 0
	for _, p := range e.record.People {
		n += len(p.Cases)
		if len(p.Cases) != 1 {
			faults = append(faults, fmt.Sprintf("%s has %d cases", p.OpenID, len(p.Cases)))
		}
	}
	return fmt.Sprintf("%d cases", n), faults
}

func oneIdentityEach(e *evidence) (string, []string) {
	var faults []string
	n := 0
	for _, p := range e.record.People {
		n += p.Identities
		if p.Identities != 1 || p.Refused != 0 {
			faults = append(faults, fmt.Sprintf("%s: %d written, %d refused", p.OpenID, p.Identities, p.Refused))
		}
	}
	return fmt.Sprintf("%d written; %s", n, e.unknown(opIdentity)), faults
}

func onePointEach(e *evidence) (string, []string) {
	var faults []string
	n := 0
	for _, p := range e.record.People {
		n += len(p.Points)
		if len(p.Points) != len(p.Cases) || p.Duplicates != 0 {
			faults = append(faults, fmt.Sprintf("%s: %d points for %d cases", p.OpenID, len(p.Points), len(p.Cases)))
		}
	}
	return fmt.Sprintf("%d filed; %s", n, e.unknown(opEvidence)), faults
}

// codesAsked checks that each code follows a submitted form or a click on "send again" that was not answered with a
// request to wait.
func codesAsked(e *evidence) (string, []string) {
	asked := map[string]int{}
	all := 0
	for _, p := range e.record.Presses {
		if p.Act == "confirm" || p.Act == "send_code" && !strings.Contains(p.Toast, "再重发") {
			asked[p.OpenID]++
			all++
		}
	}
	var faults []string
	n := 0
	for _, p := range e.record.People {
		n += p.SMS
		if p.SMS > asked[p.OpenID] {
			faults = append(faults, fmt.Sprintf("%s: %d codes, asked for %d times", p.OpenID, p.SMS, asked[p.OpenID]))
		}
	}
	return fmt.Sprintf("%d codes, asked for by %d presses", n, all), faults
}

// photosReadOnce checks that the same picture is read twice only if a process ended in between.
func photosReadOnce(e *evidence) (string, []string) {
	reads := map[string][]time.Time{}
	for _, c := range e.record.Reads {
		if !c.Refused {
			reads[c.SHA256] = append(reads[c.SHA256], c.At)
		}
	}
	var faults []string
	n := 0
	for sum, at := range reads {
		n += len(at) - 1
		for i := 1; i < len(at); i++ {
			// A read is recorded half its latency after its arrival, and later on a busy machine.
			if !e.injectedBetween(at[i-1].Add(-e.o.Latency-250*time.Millisecond), at[i]) {
				faults = append(faults, fmt.Sprintf("picture %.12s was read again after %s without a kill", sum,
					at[i].Sub(at[i-1])))
			}
		}
	}
	slices.Sort(faults)
	return fmt.Sprintf("%d pictures, %d readings again", len(reads), n), faults
}

// injectedBetween reports whether a process was killed or stopped between two times.
func (e *evidence) injectedBetween(from, to time.Time) bool {
	return slices.ContainsFunc(e.injections, func(b injection) bool { return b.Gone.After(from) && b.At.Before(to) })
}

func ocrWithinLimit(e *evidence) (string, []string) {
	var faults []string
	most := 0
	for i, c := range e.record.Reads {
		if c.Refused {
			faults = append(faults, "refused at "+c.At.Format("15:04:05.000"))
		}
		n := 0
		for _, d := range e.record.Reads[i:] {
			if d.At.Sub(c.At) >= time.Second {
				break
			}
			n++
		}
		most = max(most, n)
	}
	if most > ocrLimit {
		faults = append(faults, fmt.Sprintf("%d within a second", most))
	}
	return fmt.Sprintf("%d calls, at most %d within a second", len(e.record.Reads), most), faults
}
