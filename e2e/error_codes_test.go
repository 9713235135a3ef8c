package e2e

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/sim/scenario"
)

// TestCodeScenarios lets the platforms answer with their documented error codes. Where a case repeats the same call,
// one person meets all codes with the same outcome in sequence. Each case must end done, with every outside write
// made once, and people must read what the catalogue says after each code.
func TestCodeScenarios(t *testing.T) {
	t.Parallel()
	order, byCall := groupBy(scenario.Refusals(), func(r scenario.Refusal) string { return r.Call.Name })
	for _, name := range order {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, g := range groupRefusals(byCall[name]) {
				t.Run(g.name, func(t *testing.T) { testRefusals(t, g) })
			}
		})
	}
}

// refusalGroup is a list of codes that one person meets.
type refusalGroup struct {
	name  string
	codes []scenario.Refusal
	meet  func(p harness.Person, codes []scenario.Refusal)
}

// sameOutcomeLimit bounds the number of codes with the same outcome that are tested here. TestScenariosAndTables
// checks the others by the tables alone.
const sameOutcomeLimit = 3

// unseenCodes is how many codes of a card that is not shown one person meets. HR is told of each, which takes time.
const unseenCodes = 6

// facesOfOne is how many codes of a face one person meets. A case has a limit of checks by face.
const facesOfOne = 8

// firstOfEachText returns the first of the codes after which people read the same.
func firstOfEachText(codes []scenario.Refusal) (out []scenario.Refusal) {
	for _, c := range codes {
		if !slices.ContainsFunc(out, func(o scenario.Refusal) bool { return o.Says == c.Says }) {
			out = append(out, c)
		}
	}
	return out
}

// groupRefusals groups the codes of one call by outcome.
func groupRefusals(codes []scenario.Refusal) (out []refusalGroup) {
	sorted := map[scenario.Outcome][]scenario.Refusal{}
	for _, c := range codes {
		sorted[c.Outcome] = append(sorted[c.Outcome], c)
	}
	add := func(name string, codes []scenario.Refusal, meet func(harness.Person, []scenario.Refusal)) {
		if len(codes) > 0 {
			out = append(out, refusalGroup{name, codes, meet})
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
	most := sameOutcomeLimit
	if call.Name == "feishu.ocr" || call.Name == "esign.file_status" {
		most = len(codes)
	}
	each(scenario.Again, most, meetRetried)
	if call.At == scenario.FaceShown {
		over := firstOfEachText(append(sorted[scenario.Asks], sorted[scenario.Decides]...))
		for codes := range slices.Chunk(over, facesOfOne) {
			add("over_"+codes[0].Code, codes, meetFaceOver)
		}
		sorted[scenario.Asks], sorted[scenario.Decides] = nil, nil
	}
	if call.Proof == scenario.Secret {
		each(scenario.Stops, most, meetRetried)
	} else {
		add("stops", append(sorted[scenario.Stops], sorted[scenario.Decides]...), meetStops)
	}
	add("asks", sorted[scenario.Asks], meetCorrections)
	add("unclear", sorted[scenario.Unclear], meetUnknownCode)
	each(scenario.Without, most, meetMissingMobile)
	switch call.Name {
	case "feishu.send":
		for codes := range slices.Chunk(append(sorted[scenario.Unseen], sorted[scenario.Later]...), unseenCodes) {
			add("unseen", codes, meetUnseenCard)
		}
	case "feishu.reply":
		add("renews", append(sorted[scenario.Renews], sorted[scenario.Unseen]...), meetUnansweredPhoto)
	case "feishu.patch":
		each(scenario.Unseen, 2, meetMissedPatch)
		each(scenario.Later, 1, meetMissedPatch)
		each(scenario.Renews, most, meetMissedPatch)
	}
	return out
}

// testRefusals runs one group in a world of its own.
func testRefusals(t *testing.T, g refusalGroup) {
	call := g.codes[0].Call
	cards := call.Name == "feishu.send" || call.Name == "feishu.patch" || call.Proof == scenario.Secret
	h := harness.Start(t, harness.Setup{
		Clock:    harness.ClockBehind(time.Hour),
		Settings: settingsOf(call),
		Noisy:    cards, // cards that cannot be shown are logged as errors
		BadCards: cards,
	})
	p := advanceAlone(h, call.At)
	defer explainFailure(p)
	waitIdle(h) // a fault applies to the next call whoever makes it
	g.meet(p, g.codes)
	p.CheckFiled()
	if left := h.World.Faults.List(); len(left) > 0 {
		h.Errorf("got the faults %+v left, want none", left)
	}
	for _, c := range g.codes {
		if !notLogged(c) {
			h.Until("a line in the log has the case and "+c.Name, func() bool {
				return codeLogged(h, h.CaseOf(p.OpenID).ID, c)
			})
		}
	}
}

// notLogged reports whether a code causes no log line. A refused token is replaced and the call repeated, and a check
// without a match is a regular result.
func notLogged(c scenario.Refusal) bool {
	return c.Code == "-4" || c.Code == "-9" || isMismatch[c.Code] ||
		c.Outcome == scenario.Again && c.Call.Proof == scenario.Token &&
			(strings.HasPrefix(c.Code, "9999166") || c.Code == "99991671")
}

// codeLogged reports whether the log contains a line with the case and the platform's code.
func codeLogged(h *harness.Harness, caseID string, c scenario.Refusal) bool {
	for line := range strings.Lines(h.Logs.String()) {
		var l struct{ Level, Msg, Case, Operation, Upstream string }
		if json.Unmarshal([]byte(line), &l) != nil || l.Level != "WARN" || l.Msg != "call failed" || l.Case != caseID {
			continue
		}
		if l.Upstream == c.Code && l.Operation == operationNames[c.Call.Name] || strings.HasPrefix(c.Code, "fileStatus ") &&
			l.Operation == "UploadFile" {
			return true
		}
	}
	return false
}
