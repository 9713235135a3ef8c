package idcard

import (
	"bytes"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"shiming/sim/specimen"
)

// TestExplanationsShowNoPrint: a module of the code on a specimen card is no larger than a digit of its number.
func TestExplanationsShowNoPrint(t *testing.T) {
	for name, fault := range map[string]Fault{
		"good": FaultBlurred, "tilted": FaultCovered, "blurred": FaultBlurred, "rotated": FaultCut,
	} {
		t.Run(name, func(t *testing.T) {
			p := mustInspect(t, specimenOf(t, Front, specimen.Variants[name]))
			got, ok := p.Explain(fault)
			if !ok {
				t.Fatalf("got no picture, want one: %+v", p.Look)
			}
			if dir := os.Getenv("SPECIMEN_DIR"); dir != "" {
				if err := os.WriteFile(filepath.Join(dir, "explain_"+name+".jpg"), got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := specimen.Read(got); err == nil {
				t.Error("got a picture on which the code can be read, want none")
			}
			img, err := jpeg.Decode(bytes.NewReader(got))
			if err != nil {
				t.Fatal(err)
			}
			if b := img.Bounds(); b.Dx() != explainWide {
				t.Errorf("got %v, want %d pixels wide", b, explainWide)
			}
		})
	}
}

// TestNoExplanationWithoutACard: where the card is not known, nothing of the picture leaves the machine.
func TestNoExplanationWithoutACard(t *testing.T) {
	p := mustInspect(t, specimenOf(t, Front, specimen.Variants["good"]))
	for name, change := range map[string]func(*Look){
		"not found": func(l *Look) { l.Found = false },
		"unsure":    func(l *Look) { l.Score = 0.9 },
		"a guess":   func(l *Look) { l.cutSides = []int{0, 1} },
	} {
		t.Run(name, func(t *testing.T) {
			p := p
			change(&p.Look)
			if _, ok := p.Explain(FaultDark); ok {
				t.Error("got a picture, want none")
			}
		})
	}
}
