// Command photos measures what the first look at a photo finds, on pictures that it has never seen:
//
//	go run ./bench/photos
//
// Package phone takes them. Seeds below 1000 are for those who change the look; the published figures come from the
// seed below, which nobody tunes on. --write keeps the pictures, for the eye or for `shiming photos calibrate`.
package main

import (
	"bytes"
	"context"
	"fmt"
	"image/jpeg"
	"os"
	"path/filepath"
	"sync"
	"time"

	"shiming/bench/harness"
	"shiming/bench/photos/phone"
	"shiming/idcard"
)

type command struct {
	Seed  uint64 `help:"Seed of the pictures." default:"20261201"`
	Each  int    `help:"How many pictures of each fault; of good ones four times as many." default:"30"`
	Write string `help:"Directory in which the pictures are kept." type:"path"`
	Out   string `help:"File to which the run is added; default bench/results/photos.jsonl." type:"path"`
}

func main() { harness.Main(&command{}, "What the first look at a photo finds.") }

// goodOnes is how many good pictures come on one of each fault: few of them may be held up.
const goodOnes = 4

// Measure implements the command of harness.Main.
func (c *command) Measure(ctx context.Context) error {
	t := newTable()
	var mu sync.Mutex
	var wg sync.WaitGroup
	work := make(chan func())
	failed := make(chan error, 1)
	for range 2 {
		wg.Go(func() {
			for f := range work {
				f()
			}
		})
	}
	for _, fault := range phone.Faults {
		n := c.Each
		if fault == phone.None {
			n *= goodOnes
		}
		for i := range n {
			if ctx.Err() != nil {
				break
			}
			work <- func() {
				p := phone.Take(c.Seed, fault, i)
				if err := c.keep(p, fault, i); err != nil {
					select {
					case failed <- err:
					default:
					}
					return
				}
				s := look(p)
				mu.Lock()
				defer mu.Unlock()
				t.add(s)
			}
		}
	}
	close(work)
	wg.Wait()
	select {
	case err := <-failed:
		return err
	default:
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	fmt.Print(t)
	result := harness.NewResult(ctx)
	result.Settings["seed"], result.Settings["each"] = c.Seed, c.Each
	t.figures(result)
	return result.Append(c.Out, "photos")
}

// keep writes the picture to the directory of --write.
func (c *command) keep(p phone.Picture, fault phone.Fault, i int) error {
	if c.Write == "" {
		return nil
	}
	if err := os.MkdirAll(c.Write, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(c.Write, fmt.Sprintf("%s_%03d.jpg", fault, i)), p.JPEG, 0o644)
}

// seen is what was found on one picture.
type seen struct {
	picture         phone.Picture
	named           phone.Fault // the fault that the look names; None if it names none
	held            bool
	sideRight       bool // the side was guessed rightly; false where there was no guess
	inspect, decode time.Duration
}

func look(p phone.Picture) seen {
	s := seen{picture: p, named: phone.None}
	begin := time.Now()
	if _, err := jpeg.Decode(bytes.NewReader(p.JPEG)); err != nil {
		panic(err) // phone encodes with the same package
	}
	s.decode = time.Since(begin)
	begin = time.Now()
	photo, err := idcard.Inspect(p.JPEG)
	s.inspect = time.Since(begin)
	if err != nil {
		return s
	}
	v := photo.Look.Judge(idcard.DefaultLookLimits)
	s.held = v.Fault != ""
	side := photo.Look.SureSide()
	s.sideRight = side != "" && (side == idcard.Front) == p.Front
	s.named = nameOf(v)
	return s
}

// nameOf returns the first that a verdict names, in the words of package phone.
func nameOf(v idcard.Verdict) phone.Fault {
	if name, ok := faults[v.Fault]; ok {
		return name
	}
	for _, hint := range v.Hints {
		if name, ok := hints[hint]; ok {
			return name
		}
	}
	return phone.None
}

var (
	faults = map[idcard.Fault]phone.Fault{
		idcard.FaultDark: phone.Dark, idcard.FaultSmall: phone.Small, idcard.FaultCut: phone.Cut,
		idcard.FaultGlare: phone.Glare, idcard.FaultCovered: phone.Covered, idcard.FaultBlurred: phone.Blurred,
	}
	hints = map[string]phone.Fault{
		idcard.CodePhotoScreenshot: phone.Screenshot, idcard.HintNoCard: phone.NotCard,
		idcard.CodePhotoGrey: phone.GreyCopy, idcard.HintTurned: phone.Turned,
	}
)
