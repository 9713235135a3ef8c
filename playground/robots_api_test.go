package playground

import (
	"slices"
	"testing"
	"time"

	"shiming/sim"
)

// TestRobots: robots are started over the control API, and the record shows what they did.
func TestRobots(t *testing.T) {
	h := newPlayer(t, Config{World: sim.Config{People: 2}})
	for body, want := range map[string]int{
		`{"people":["ou_nobody"]}`: 404, `{"sms_patience":"soon"}`: 400, `{"width":99999}`: 400, `{"hr":3}`: 400,
		`{"speed":1}`: 400,
	} {
		h.call("POST", "/sim/crew", body, want, nil)
	}
	first := h.w.People()[0]
	var now struct {
		People []Run
		HR     []HRRun
	}
	for range 2 { // the second time they are on the way already
		h.call("POST", "/sim/crew", `{"hr":1,"people":["`+first.OpenID+`"],"by_word":true,"sms_patience":"1s","width":1000}`,
			200, &now)
	}
	if len(now.People) != 1 || now.People[0].OpenID != first.OpenID || now.People[0].Ended || len(now.HR) != 1 ||
		now.HR[0].Ended {
		t.Fatalf("%+v", now)
	}
	var r sim.Record
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	// The robot opens the chat and asks; a record may be read while an event is on its way.
	for len(r.Events) < 2 || slices.ContainsFunc(r.Events, func(e sim.EventRecord) bool { return !e.Delivered }) {
		select {
		case <-tick.C:
		case <-h.Ctx.Done():
			t.Fatal("the robot does nothing")
		}
		r = sim.Record{}
		h.call("GET", "/sim/record", "", 200, &r)
	}
	said := false
	for _, e := range r.Events {
		if !e.Delivered || len(e.Attempts) != 1 || e.Attempts[0].Status != 200 {
			t.Errorf("%+v", e)
		}
		for _, m := range r.Messages {
			said = said || m.ID == e.Subject && m.Chat == "p2p" && m.With == first.OpenID && !m.FromBot
		}
	}
	if !said || len(r.People) != 2 {
		t.Errorf("%+v", r)
	}
}

// TestRobotsLeaveTheRest: the admin of a crowd decides on its people and on nobody else.
func TestRobotsLeaveTheRest(t *testing.T) {
	h := newPlayer(t, Config{World: sim.Config{People: 1}})
	h.call("POST", "/sim/crew", `{"hire":2,"hr_for_hired":true}`, 200, nil)
	h.call("POST", "/sim/crew", `{"hire":1,"hr_for_hired":true}`, 200, nil)
	for i, e := range h.w.People() {
		if got, want := h.pg.robots.decidesOn(e.OpenID), i > 0; got != want {
			t.Errorf("%d: %t, want %t", i, got, want)
		}
	}
}
