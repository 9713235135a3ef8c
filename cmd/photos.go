package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"shiming/config"
	"shiming/idcard"
)

// photosCmd is about the first look at photos.
type photosCmd struct {
	Calibrate calibrateCmd `cmd:"" help:"Compare the limits with own good pictures; nothing leaves the machine."`
}

type calibrateCmd struct {
	Dir    string `arg:"" help:"Directory with pictures that people can read, also below it." type:"existingdir"`
	Config string `help:"Configuration file whose limits are compared; without it the defaults." type:"path"`
}

// Run looks at every picture and prints how many would be held up, and the limits that would hold up fewer. It writes
// no file and opens no connection.
func (c *calibrateCmd) Run(ctx context.Context) error {
	cfg := config.Defaults()
	if c.Config != "" {
		var err error
		if cfg, err = config.LoadUnchecked(c.Config, os.Environ()); err != nil {
			return err
		}
	}
	var looks []idcard.Look
	refused := 0
	err := filepath.WalkDir(c.Dir, func(name string, d fs.DirEntry, err error) error {
		if err = errors.Join(err, ctx.Err()); err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Size() > idcard.MaxPhotoBytes {
			refused++
			return nil
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		photo, err := idcard.Inspect(raw)
		if err != nil {
			refused++
			return nil //nolint:nilerr // a file that is no usable picture is counted
		}
		looks = append(looks, photo.Look)
		if fault := photo.Look.Judge(cfg.LookLimits()).Fault; fault != "" {
			fmt.Printf("held up: %s (%s)\n", name, fault)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(looks) == 0 {
		return fmt.Errorf("no usable picture in %s", c.Dir)
	}
	return writeCalibration(os.Stdout, idcard.Calibrate(looks, cfg.LookLimits()), len(looks), refused, cfg)
}

// writeCalibration prints the result, with the suggested limits as they stand in config.yaml.
func writeCalibration(w io.Writer, c idcard.Calibration, pictures, refused int, cfg config.Config) error {
	suggested := cfg
	suggested.SetLookLimits(c.Suggested)
	number := func(t config.Threshold) string { return strconv.FormatFloat(float64(t), 'f', -1, 64) }
	_, err := fmt.Fprintf(w, `%d pictures, %d other files; a card found on %d
held up by these limits: %d; by the suggested ones: %d

photos:
  dark_below: %s
  width_below: %s
  cut_above: %s
  glare_above: %s
  covered_above: %s
  blur_above: %s
`, pictures, refused, c.Pictures, c.Held, c.HeldSuggested,
		number(suggested.Photos.DarkBelow), number(suggested.Photos.WidthBelow), number(suggested.Photos.CutAbove),
		number(suggested.Photos.GlareAbove), number(suggested.Photos.CoveredAbove), number(suggested.Photos.BlurAbove))
	return err
}
