package e2e

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/sim/scenario"
)

// TestCodeScenarios has the platforms answer a real bot with their documented error codes. Where a case comes back to
// the same call, one person meets all the codes of a sort one after the other; the case ends done, everything written
// once, and after each code the people have read what the catalogue says.
func TestCodeScenarios(t *testing.T) {
	t.Parallel()
	order, byCall := grouped(scenario.Refusals(), func(r scenario.Refusal) string { return r.Call.Name })
	for _, name := range order {
		for ways := range slices.Chunk(waysOf(byCall[name]), rowsAWorld) {
			t.Run(name, func(t *testing.T) { codesOf(t, ways) })
		}
	}
}

// way is how one person meets some codes.
type way struct {
	name  string
	codes []scenario.Refusal
	meet  func(p harness.Person, codes []scenario.Refusal)
}

// alike bounds how many codes that mean the same are met by a person each. The others of the sort are told apart by
// the tables alone, see TestScenariosAndTables.
const alike = 3

// waysOf sorts the codes of a call.
func waysOf(codes []scenario.Refusal) (out []way) {
	sorted := map[scenario.Outcome][]scenario.Refusal{}
	for _, c := range codes {
		sorted[c.Outcome] = append(sorted[c.Outcome], c)
	}
	add := func(name string, codes []scenario.Refusal, meet func(harness.Person, []scenario.Refusal)) {
		if len(codes) > 0 {
			out = append(out, way{name, codes, meet})
		}
	}
	each := func(o scenario.Outcome, most int, meet func(harness.Person, scenario.Refusal)) {
		for _, c := range sorted[o][:min(most, len(sorted[o]))] {
			add(strings.TrimPrefix(c.Name, c.Call.Name+"/"), []scenario.Refusal{c},
				func(p harness.Person, _ []scenario.Refusal) {
					meet(p, c)
				})
		}
	}
	call := codes[0].Call
	most := alike
	if call.Name == "feishu.ocr" || call.Name == "esign.file_status" {
		most = len(codes)
	}
	each(scenario.Again, most, triesAgain)
	if call.Proof == scenario.Secret {
		each(scenario.Stops, most, triesAgain)
	} else {
		add("stops", append(sorted[scenario.Stops], sorted[scenario.Decides]...), isStopped)
	}
	add("asks", sorted[scenario.Asks], isAsked)
	add("unclear", sorted[scenario.Unclear], mayHaveTheCode)
	each(scenario.Without, most, doesWithout)
	switch call.Name {
	case "feishu.send":
		add("unseen", append(sorted[scenario.Unseen], sorted[scenario.Later]...), seesNothing)
	case "feishu.reply":
		add("renews", append(sorted[scenario.Renews], sorted[scenario.Unseen]...), isAnswered)
	case "feishu.patch":
		each(scenario.Unseen, 2, missesAChange)
		each(scenario.Later, 1, missesAChange)
		each(scenario.Renews, most, missesAChange)
	}
	return out
}

// codesOf plays some ways of one call in one world, as faultsOf does.
func codesOf(t *testing.T, ways []way) {
	call := ways[0].codes[0].Call
	cards := call.Name == "feishu.send" || call.Name == "feishu.patch" || call.Proof == scenario.Secret
	h := harness.Start(t, harness.Setup{
		Clock:    harness.ClockBehind(time.Hour),
		Settings: again(),
		Timeout:  3 * harness.TestTimeout(),
		Noisy:    cards,
		BadCards: cards,
	}) // that a card cannot be shown is worth an error
	h.Until("the admins' names are known", func() bool { return h.CountCalls("feishu", "contact.user.get") >= 2 })
	people := h.HireAll(len(ways))
	ready := make([]bool, len(ways))
	t.Run("until then", func(t *testing.T) {
		for i, w := range ways {
			t.Run(w.name, func(t *testing.T) {
				t.Parallel()
				comeTo(personWithT(people[i], t), call.At)
				ready[i] = true
			})
		}
	})
	if t.Failed() {
		return
	}
	for i, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			p := personWithT(people[i], t)
			ctx, cancel := context.WithTimeout(p.H.Ctx, harness.TestTimeout())
			defer cancel()
			p.H.Ctx = ctx
			defer explainFailure(p)
			if !ready[i] { // this way alone is run
				comeTo(p, call.At)
			}
			waitIdle(p.H) // a fault is for whoever calls next
			w.meet(p, w.codes)
			p.CheckFiled()
			if left := p.H.World.Faults.List(); len(left) > 0 {
				p.H.Errorf("not met: %+v", left)
			}
			for _, c := range w.codes {
				if !quietly(c) {
					p.H.Until("a line in the log has the case and "+c.Name, func() bool {
						return toldCode(p.H, p.H.CaseOf(p.OpenID).ID, c)
					})
				}
			}
		})
	}
}

// quietly: a token that is refused is dropped, and the same call made once more with a fresh one; and a check that
// finds no match is a good answer.
func quietly(c scenario.Refusal) bool {
	return c.Code == "-4" || c.Code == "-9" || c.Outcome == scenario.Again && c.Call.Proof == scenario.Token &&
		(strings.HasPrefix(c.Code, "9999166") || c.Code == "99991671")
}

// toldCode reports whether a line of the log names the case and the platform's code.
func toldCode(h *harness.Harness, caseID string, c scenario.Refusal) bool {
	for line := range strings.Lines(h.Logs.String()) {
		var l struct{ Level, Msg, Case, Operation, Upstream string }
		if json.Unmarshal([]byte(line), &l) != nil || l.Level != "WARN" || l.Msg != "call failed" || l.Case != caseID {
			continue
		}
		if l.Upstream == c.Code && l.Operation == logged[c.Call.Name] || strings.HasPrefix(c.Code, "fileStatus ") &&
			l.Operation == "UploadFile" {
			return true
		}
	}
	return false
}
