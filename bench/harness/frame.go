package harness

import (
	"context"
	"os"
	"os/signal"

	"github.com/alecthomas/kong"
	"github.com/schollz/progressbar/v3"
)

// Main runs a command: it parses the flags into c, a pointer to a struct, and runs it until it ends or is
// interrupted. An error ends the program.
func Main(c interface{ Measure(context.Context) error }, about string) {
	k := kong.Parse(c, kong.Description(about))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	k.FatalIfErrorf(c.Measure(ctx))
}

// Progress returns a progress bar with the number of steps on standard error.
func Progress(steps int, what string) *progressbar.ProgressBar {
	return progressbar.NewOptions(steps, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription(what),
		progressbar.OptionClearOnFinish())
}
