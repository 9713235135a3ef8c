package playground

import (
	"slices"
	"testing"
	"time"

	"shiming/sim"
)

// TestRobots starts robots over the control API and reads in the record what they did.
func TestRobots(t *testing.T) {
	h := newPlayer(t, Config{World: sim.Config{People: 2}})
	for body, want := range map[string]int{
		`{"people":["ou_nobody"]}`: 404,
		`{"sms_patience":"soon"}`:  400,
		`{"width":99999}`:          400,
		`{"hr":3}`:                 400,
		`{"speed":1}`:              400,
	} {
		h.call("POST", "/sim/crew", body, want, nil)
	}
	first := h.w.People()[0]
	var now struct {
		People []Run
		HR     []HRRun
	}
	start := `{"hr":1,"people":["` + first.OpenID + `"],"by_word":true,"sms_patience":"1s","width":1000}`
	for range 2 { // the second request changes nothing, because the robots run already
		h.call("POST", "/sim/crew", start, 200, &now)
	}
	if len(now.People) != 1 || now.People[0].OpenID != first.OpenID || now.People[0].Ended || len(now.HR) != 1 ||
		now.HR[0].Ended {
		t.Fatalf("got the robots %+v, want one employee and one admin that have not ended", now)
	}
	var r sim.Record
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	// The robot enters the chat and writes. The record may be read while an event is being delivered.
	for len(r.Events) < 2 || slices.ContainsFunc(r.Events, func(e sim.EventRecord) bool { return !e.Delivered }) {
		select {
		case <-tick.C:
		case <-h.Ctx.Done():
			t.Fatalf("got the events %+v, want two that were delivered", r.Events)
		}
		r = sim.Record{}
		h.call("GET", "/sim/record", "", 200, &r)
	}
	said := false
	for _, e := range r.Events {
		if !e.Delivered || len(e.Attempts) != 1 || e.Attempts[0].Status != 200 {
			t.Errorf("got the event %+v, want one attempt that was answered with 200", e)
		}
		for _, m := range r.Messages {
			said = said || m.ID == e.Subject && m.Chat == "p2p" && m.With == first.OpenID && !m.FromBot
		}
	}
	if !said || len(r.People) != 2 {
		t.Errorf("got the record %+v, want two people and a message by %s", r, first.OpenID)
	}
}

// TestAdminForHired checks that the admin of hr_for_hired decides on the hired employees only.
func TestAdminForHired(t *testing.T) {
	h := newPlayer(t, Config{World: sim.Config{People: 1}})
	h.call("POST", "/sim/crew", `{"hire":2,"hr_for_hired":true}`, 200, nil)
	h.call("POST", "/sim/crew", `{"hire":1,"hr_for_hired":true}`, 200, nil)
	covered := h.pg.robots.covered()
	for i, e := range h.w.People() {
		if got, want := slices.Contains(covered, e), i > 0; got != want {
			t.Errorf("person %d: covered %t, want %t", i, got, want)
		}
	}
}
