// Command memory measures the largest resident set of the bot while photos wait to be downloaded, inspected and read:
//
//	go run ./bench/memory [--photos 1000] [--megabytes 8]
//	go run ./bench/memory --photos 50 --picture progressive-12mp
//	go run ./bench/memory --photos 50 --picture progressive-20mp
//
// By default the photos are noise, which cannot be compressed, so each one is downloaded, decoded and stored at full
// size. The others are progressive JPEGs without subsampling (4:4:4), whose decoding takes the most memory for their
// pixels.
//
// The simulated OCR finds no card in them. Beside the bot the command needs as much disk and memory as the photos take.
package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/sync/errgroup"

	"shiming/bench/harness"
	"shiming/sim"
	"shiming/sim/specimen"
	"shiming/sim/wire"
)

type command struct {
	Photos    int     `help:"Photos that wait at once." default:"1000"`
	Megabytes float64 `help:"Size of each." default:"8"`
	Picture   string  `help:"What the photos are." default:"noise" enum:"noise,progressive-12mp,progressive-20mp"`
	Store     string  `help:"Database." default:"sqlite" enum:"sqlite,postgres"`
	Out       string  `help:"File to which the run is added; default bench/results/memory.jsonl."`
}

// goal is the limit that DESIGN promises.
const goal = 256 << 20

func main() { harness.Main(&command{}, "The bot's largest resident set while photos wait.") }

// Measure implements the command of harness.Main.
func (c *command) Measure(ctx context.Context) error {
	result := harness.NewResult(ctx)
	result.Store = c.Store
	var photo []byte
	var err error
	switch c.Picture {
	case "progressive-12mp":
		photo = progressive(4032, 3024)
	case "progressive-20mp":
		photo = progressive(5184, 3888)
	default:
		photo, err = noise(int(c.Megabytes * 1e6))
	}
	if err != nil {
		return err
	}
	if c.Picture != "noise" {
		result.Settings["picture"] = c.Picture
	}
	result.Settings["photos"], result.Settings["bytes"], result.Settings["sync"] = c.Photos, len(photo), "normal"
	s, err := harness.Open(ctx, harness.Setup{
		Bots:  1,
		Store: c.Store,
		Sync:  "normal",
		World: sim.Config{NoLimits: true, Seed: 7},
	})
	if err != nil {
		return err
	}
	defer s.Close()
	s.World.Faults.Arm(wire.Fault{
		Upstream:  sim.UpstreamFeishu,
		Operation: "id_card.recognize",
		Kind:      wire.Error,
		Status:    400,
		Body:      `{"code":2110002,"msg":"no id card found"}`,
	})

	bar := harness.Progress(c.Photos/2+2*c.Photos, "consent, photos, reading")
	all := s.World.Hire(c.Photos / 2)
	var moving errgroup.Group
	moving.SetLimit(8)
	for _, e := range all {
		moving.Go(func() error {
			err := s.Consent(ctx, e)
			_ = bar.Add(1)
			return err
		})
	}
	if err := moving.Wait(); err != nil {
		return err
	}
	if err := s.Quiet(ctx); err != nil {
		return err
	}
	idle, err := s.Peak(0)
	if err != nil {
		return err
	}
	for i := range 2 * len(all) {
		moving.Go(func() error {
			// The same picture, as a different file each time.
			_, err := s.World.Feishu.SendImage(ctx, all[i/2].OpenID, numbered(photo, i))
			_ = bar.Add(1)
			return err
		})
	}
	if err := moving.Wait(); err != nil {
		return err
	}
	resident, err := c.watch(ctx, s, 2*len(all), bar)
	if err != nil {
		return err
	}
	_ = bar.Finish()
	peak, err := s.Peak(0)
	if err != nil {
		return err
	}
	result.Add("resident-before", "MiB", mb(idle))
	result.Add("resident-peak", "MiB", mb(peak))
	result.Add("resident", "MiB", resident...)
	result.Add("reading", "s", float64(len(resident)-1))
	verdict := "within"
	if peak > goal {
		verdict = "OVER"
	}
	fmt.Printf("%d photos of %.1f MB: peak %.0f MB, %s %d MB (before the photos: %.0f MB)\n%s|\n", 2*len(all),
		float64(len(photo))/1e6, mb(peak), verdict, goal>>20, mb(idle), harness.Bar(float64(peak), goal, 50))
	return result.Append(c.Out, "memory")
}

func mb(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// watch waits until every photo has been read. It returns the resident set in MB, once a second.
func (c *command) watch(
	ctx context.Context, s *harness.Harness, photos int, bar *progressbar.ProgressBar,
) (resident []float64, err error) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		read := s.World.Recorder.Count(sim.UpstreamFeishu, "id_card.recognize")
		now, err := harness.Memory(s.Bots[0].Process().PID())
		if err != nil {
			return nil, err
		}
		resident = append(resident, mb(now))
		_ = bar.Set(photos/2 + photos + read)
		if read >= photos {
			return resident, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// noise returns a JPEG of about the given size.
func noise(size int) ([]byte, error) {
	side := 64
	for {
		img := image.NewYCbCr(image.Rect(0, 0, 4*side, 3*side), image.YCbCrSubsampleRatio420)
		random := rand.New(rand.NewPCG(1, 2))
		for _, plane := range [][]byte{img.Y, img.Cb, img.Cr} {
			for i := range plane {
				plane[i] = byte(random.Uint32())
			}
		}
		var b bytes.Buffer
		if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 88}); err != nil {
			return nil, err
		}
		if b.Len() >= size*98/100 {
			return b.Bytes(), nil
		}
		// The size grows with the area.
		side = int(float64(side)*math.Sqrt(float64(size)/float64(b.Len()))) + 1
	}
}

// progressive returns a progressive JPEG without subsampling: soft shades, as the encoder of specimens writes noise at
// more than the 10 MB that the OCR takes.
func progressive(w, h int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			i := img.PixOffset(x, y)
			img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = byte(x*255/w), byte(y*255/h), byte((x+y)*255/(w+h)), 255
		}
	}
	return specimen.Progressive(img, false)
}

// numbered returns the picture with a comment that makes it a different file.
func numbered(photo []byte, n int) []byte {
	comment := fmt.Appendf(nil, "%08d", n)
	out := make([]byte, 0, len(photo)+4+len(comment))
	out = append(out, photo[:2]...) // start of image
	out = append(out, 0xff, 0xfe, 0, byte(2+len(comment)))
	out = append(out, comment...)
	return append(out, photo[2:]...)
}
