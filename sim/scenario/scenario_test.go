package scenario_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"shiming/sim/feishu"
	"shiming/sim/scenario"
	"shiming/sim/wire"
)

var update = flag.Bool("update", false, "write the golden file")

var stable = regexp.MustCompile(`^(feishu|esign|tencent|handover|sdk)\.[a-z_]+/[a-z_]+$`)

// TestCatalogue compares names and ends with the golden file, because pages and documents refer to the names.
func TestCatalogue(t *testing.T) {
	const golden = "testdata/catalogue.txt"
	var b strings.Builder
	for _, s := range scenario.All() {
		fmt.Fprintf(&b, "%-32s %-11s ×%d  %-8s %-12s applied=%-5t unclear=%-5t quiet=%t\n",
			s.Name, s.Wire.Kind, s.Wire.Times, s.End.By, s.End.Does, s.Applied, s.Unclear, s.Quiet)
	}
	for _, e := range scenario.Encounters() {
		fmt.Fprintf(&b, "%-32s %-11s %-8s %2d moves\n", e.Name, e.Ends, e.By, len(e.Moves))
	}
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || string(want) != b.String() {
		t.Errorf("the catalogue differs from %s (-update writes it): %v\n%s", golden, err, b.String())
	}
}

func TestRowsAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range scenario.All() {
		if !stable.MatchString(s.Name) || seen[s.Name] {
			t.Errorf("name %q", s.Name)
		}
		seen[s.Name] = true
		for _, text := range []scenario.Text{s.Text, s.End.Text} {
			if text.ZH == "" || text.EN == "" || strings.Contains(text.ZH+text.EN, "\n") {
				t.Errorf("%s: text %+v", s.Name, text)
			}
		}
		if (s.End.By == scenario.Itself) != (s.End.Does == "") {
			t.Errorf("%s: %+v", s.Name, s.End)
		}
		push := s.Call.Repeat == scenario.Redeliver
		if push == slices.Contains(wire.Kinds(), s.Wire.Kind) || s.Wire.Upstream != "" && s.Wire.Operation == "" &&
			s.Wire.Kind != wire.Refuse || !push && s.Wire.Times < 1 {
			t.Errorf("%s: %+v", s.Name, s.Wire)
		}
		if got, ok := scenario.Named(s.Name); !ok || got.Name != s.Name {
			t.Errorf("%s is not found", s.Name)
		}
		// A person decides what the bot must not repeat.
		if s.Unclear && s.End.By == scenario.Itself || s.Unclear && len(s.Sees) == 0 {
			t.Errorf("%s: unclear, but no person decides or reads it", s.Name)
		}
		if s.End.Does == "resolve" && !s.Applied || s.End.By == scenario.HR && s.End.Does == "retry" && s.Applied {
			t.Errorf("%s: the button does not fit Applied", s.Name)
		}
	}
}

// TestImpossibleRows checks that impossible combinations have no row.
func TestImpossibleRows(t *testing.T) {
	for _, name := range []string{"esign.put/token_dead", "esign.put/clock_off", "feishu.ocr/clock_off",
		"feishu.push/timeout", "feishu.token/unreachable", "feishu.ocr", ""} {
		if _, ok := scenario.Named(name); ok {
			t.Errorf("%q has a row, want none", name)
		}
	}
}

func TestArm(t *testing.T) {
	platform := feishu.New(feishu.Config{AppID: "cli_x", AppSecret: "x"})
	defer platform.Close()
	for _, s := range scenario.All() {
		var faults wire.Faults
		disarm := s.Arm(&faults, platform)
		armed := len(faults.List())
		want := 1
		if s.Wire.Kind == "" {
			want = 0
		}
		if armed != want {
			t.Errorf("%s: %d faults are armed, want %d", s.Name, armed, want)
		}
		disarm()
		if left := faults.List(); len(left) > 0 {
			t.Errorf("%s: still armed %+v", s.Name, left)
		}
	}
}
