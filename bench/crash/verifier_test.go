package main

import (
	"testing"
	"time"

	"shiming/playground"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/wire"
)

// TestVerify checks that each rule finds its violation.
func TestVerify(t *testing.T) {
	t0 := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	at := func(s float64) time.Time { return t0.Add(time.Duration(s * float64(time.Second))) }
	journey := func(change func(*sim.Journey)) sim.PersonRecord {
		j := sim.Journey{
			OpenID:     "ou_1",
			Case:       "c1",
			Cases:      []string{"c1"},
			Stage:      sim.StageDone,
			SMS:        1,
			Identity:   true,
			Identities: 1,
			Points:     []string{"P1"},
		}
		if change != nil {
			change(&j)
		}
		return sim.PersonRecord{Journey: j}
	}
	good := func() *evidence {
		return &evidence{
			o: &options{Store: "sqlite", Instances: 1, People: 1},
			record: sim.Record{
				People: []sim.PersonRecord{journey(nil)},
				Events: []sim.EventRecord{{
					ID:        "e1",
					Type:      "im.message.receive_v1",
					Subject:   "om_photo",
					Delivered: true,
					Attempts:  make([]sim.AttemptRecord, 2),
				}},
				Presses: []feishu.Press{
					{
						At:        at(1),
						OpenID:    "ou_1",
						MessageID: "om_card",
						Act:       "start",
						Case:      "c1",
						Status:    200,
						Toast:     "好的",
					},
					{
						At:        at(4),
						OpenID:    "ou_hr",
						MessageID: "om_hr",
						Act:       "approve",
						Case:      "c1",
						Status:    200,
						Toast:     accepted["approve"],
					},
					{At: at(2), OpenID: "ou_1", MessageID: "om_card", Act: "confirm", Case: "c1", ErrorCode: 200341},
					{
						At:        at(3),
						OpenID:    "ou_1",
						MessageID: "om_card",
						Act:       "confirm",
						Case:      "c1",
						Status:    200,
						Toast:     accepted["confirm"],
					},
				},
				Reads: []feishu.OCRCall{{At: at(1), SHA256: "a"}, {At: at(9), SHA256: "a"}},
				Messages: []sim.MessageRecord{
					{ID: "om_photo", Chat: "p2p", With: "ou_1", Type: "image"},
					{ID: "om_old", Chat: "p2p", With: "ou_1", Card: "case", Case: "c1", Superseded: true},
					{
						ID:       "om_card",
						Chat:     "p2p",
						With:     "ou_1",
						Card:     "case",
						Case:     "c1",
						Versions: []sim.VersionRecord{{At: at(2), By: "patch", Stage: sim.StageDone}},
					},
					{
						ID:       "om_hr",
						Chat:     "review",
						Card:     "review",
						Case:     "c1",
						Filed:    true,
						Versions: []sim.VersionRecord{{At: at(2), By: "patch"}},
					},
					{
						ID:       "om_desk",
						Chat:     "p2p",
						With:     "ou_hr",
						Card:     "desk",
						Versions: []sim.VersionRecord{{At: at(1), By: "create", Kind: "desk"}, {At: at(2), By: "callback"}},
					},
				},
				Calls: []wire.Call{
					{At: at(1), Operation: opResource, Subject: "om_photo", Status: 200},
					{At: at(4.9), Operation: "message.patch", Subject: "om_card", Left: true, Duration: 3 * time.Second},
					{At: at(7), Operation: "message.patch", Subject: "om_card", Status: 200},
				},
			},
			injections: []injection{{What: "kill", At: at(5), Gone: at(5)}, {What: "term", Others: 1, At: at(20), Gone: at(21)}},
			runs:       []instanceRun{{Begun: at(0), Ready: at(1)}, {Begun: at(6), Ready: at(7)}},
			logs:       []string{"{\"msg\":\"listening\"}\n"},
			secrets:    []string{"张样本"},
		}
	}
	for _, v := range verify(good()) {
		if !v.Holds {
			t.Errorf("%s: got the faults %v, want none", v.Name, v.Faults)
		}
	}
	for _, c := range []struct {
		rule  string
		spoil func(e *evidence)
	}{
		{"everybody comes to the end", func(e *evidence) { e.unfinished = "somebody" }},
		{"everybody comes to the end", func(e *evidence) { e.record.People[0].Stage = sim.StageCode }},
		{"everybody comes to the end", func(e *evidence) { e.robots.HR = []playground.HRRun{{Ended: true}} }},
		{"every event is taken", func(e *evidence) { e.record.Events[0].Delivered = false }},
		{"no acknowledged photo is lost", func(e *evidence) { e.record.Calls = e.record.Calls[1:] }},
		{"no acknowledged press is lost", func(e *evidence) { e.record.Presses[2] = e.record.Presses[3] }},
		{"no acknowledged press is lost", func(e *evidence) { e.record.Presses = e.record.Presses[:2] }},
		{"one case each", func(e *evidence) { e.record.People[0].Cases = []string{"c1", "c2"} }},
		{"identity written once each", func(e *evidence) { e.record.People[0].Identities = 2 }},
		{"one evidence point per case", func(e *evidence) { e.record.People[0].Points = []string{"P1", "P2"} }},
		{"one evidence point per case", func(e *evidence) { e.record.People[0].Points = nil }},
		{"codes sent only when asked for", func(e *evidence) { e.record.People[0].SMS = 3 }},
		{"photos read again only after a kill", func(e *evidence) { e.record.Reads[1].At = at(2) }},
		{"OCR within its limit", func(e *evidence) { e.record.Reads[0].Refused = true }},
		{"OCR within its limit", func(e *evidence) {
			e.record.Reads = nil
			for i := range ocrLimit + 1 {
				e.record.Reads = append(e.record.Reads, feishu.OCRCall{At: at(float64(i) / 20), SHA256: string(rune('a' + i))})
			}
		}},
		{"one living card per case and audience", func(e *evidence) { e.record.Messages[1].Superseded = false }},
		{"cards show the last state", func(e *evidence) { e.record.Messages[2].Versions[0].Stage = sim.StageFiling }},
		{"cards show the last state", func(e *evidence) { e.record.Messages[3].Filed = false }},
		{"cards show the last state", func(e *evidence) { e.record.Messages[4].Versions[1].Kind = "review" }},
		{"the queue ends empty", func(e *evidence) { e.queue = 1 }},
		{"dead jobs taken up within 30 s", func(e *evidence) { e.record.Calls[2].At = at(37) }},
		{"dead jobs taken up within 30 s", func(e *evidence) { e.record.Calls = e.record.Calls[:2] }},
		{"every start is ready within 30 s", func(e *evidence) { e.runs[1].Ready = at(40) }},
		{"SIGTERM ends with 0 within 15 s", func(e *evidence) { e.injections[1].Code = 1 }},
		{"nobody notices a SIGTERM", func(e *evidence) { e.record.Presses[2].At = at(20.5) }},
		{"logs: no panic, nothing personal", func(e *evidence) { e.logs[0] += "panic: x\n" }},
		{"logs: no panic, nothing personal", func(e *evidence) { e.logs[0] += "张样本\n" }},
	} {
		t.Run(c.rule, func(t *testing.T) {
			e := good()
			c.spoil(e)
			for _, v := range verify(e) {
				if v.Name == c.rule && v.Holds {
					t.Errorf("%s: got no fault, want one", c.rule)
				}
			}
		})
	}
}
