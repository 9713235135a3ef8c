package main

import (
	"fmt"
	"time"

	"shiming/sim"
	"shiming/sim/wire"
)

// minute is one person's way from the first photo to submitted.
type minute struct {
	Did    []sim.Interaction // beside the photos and the typed code
	Waits  []wait            // one for each of stops
	Person time.Duration     // of the keystroke-level model
}

// wait is the time between two things that a person does. Floor is what the platforms took of it.
type wait struct{ Took, Floor time.Duration }

// total is the time that the person waits.
func (m minute) total() (all wait) {
	for _, w := range m.Waits {
		all.Took += w.Took
		all.Floor += w.Floor
	}
	return all
}

// stop is something after which the person waits.
type stop struct {
	Kind  sim.InteractionKind
	What  string
	Until string   // what the person waits for
	Calls []string // of the platforms, one after another
	// Midway means that the wait is over in the middle of the last call: the world sends a message, and shows a card,
	// when half of the call's time is over.
	Midway bool
}

var stops = []stop{
	{sim.SentPhoto, "", "the consent card", []string{"message.create"}, true},
	{sim.Tapped, "link", "the agreement page", []string{"authen.authorize", "authen.token", "authen.user_info"}, false},
	{sim.Tapped, "submit", "what was read", []string{"resource.get", "id_card.recognize", "message.create"}, true},
	{sim.Tapped, "confirm", "the text message", []string{"SendSms"}, true},
	{sim.SentMessage, "", "submitted", []string{"PhoneVerification", "message.patch"}, true},
}

// read reads a registration that was submitted at a moment. It fails if the way was another one.
func read(w *sim.World, e *sim.Employee, submitted time.Time) (m minute, err error) {
	did, calls := w.Interactions(e.OpenID), w.Recorder.Calls()
	for i, one := range did {
		m.Person += timeOf(one)
		if one.Kind == sim.Tapped || one.Kind == sim.FilledIn {
			m.Did = append(m.Did, one)
		}
		until := submitted
		if i+1 < len(did) {
			until = did[i+1].At
		}
		if len(m.Waits) == len(stops) || one.Kind == sim.SentPhoto && i+1 < len(did) && did[i+1].Kind == sim.SentPhoto {
			continue // the other side follows at once
		}
		if s := stops[len(m.Waits)]; one.Kind == s.Kind && one.What == s.What {
			m.Waits = append(m.Waits, wait{until.Sub(one.At), s.floor(calls, one.At, until)})
		}
	}
	if len(m.Waits) != len(stops) {
		return m, fmt.Errorf("the person came to %d of %d waits: %v", len(m.Waits), len(stops), did)
	}
	return m, nil
}

// floor returns the time of the calls between two moments. The last one of a wait that ends midway may still be under
// way and not be recorded yet; half of it is what an earlier call of its kind took.
func (s stop) floor(calls []wire.Call, from, to time.Time) (d time.Duration) {
	for i, operation := range s.Calls {
		var within, before time.Duration
		for _, c := range calls {
			switch {
			case c.Operation != operation:
			case c.At.Before(from):
				before = c.Duration
			case c.At.Before(to):
				within = max(within, c.Duration)
			}
		}
		if within == 0 {
			within = before
		}
		if s.Midway && i == len(s.Calls)-1 {
			within /= 2
		}
		d += within
	}
	return d
}
