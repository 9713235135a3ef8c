package harness

import (
	"context"
	"os"
	"os/signal"

	"github.com/alecthomas/kong"
	"github.com/schollz/progressbar/v3"
)

// Main is the frame of a command: it reads the flags into c, a pointer to a struct, and runs it
// until it ends or somebody interrupts it. An error ends the program.
func Main(c interface{ Measure(context.Context) error }, about string) {
	k := kong.Parse(c, kong.Description(about))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	k.FatalIfErrorf(c.Measure(ctx))
}

// Progress is a bar of so many steps on standard error.
func Progress(steps int, what string) *progressbar.ProgressBar {
	return progressbar.NewOptions(steps, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription(what),
		progressbar.OptionClearOnFinish())
}
