package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/schollz/progressbar/v3"

	"shiming/app"
	"shiming/config"
	"shiming/store"
)

// keysCmd looks after the keys of the database.
type keysCmd struct {
	List   keysListCmd   `cmd:"" help:"List the key epochs: state, age, how much is under each. No key is shown."`
	Rotate keysRotateCmd `cmd:"" help:"Put everything under new keys, also while serve runs; again after an interruption."`
	Rewrap keysRewrapCmd `cmd:"" help:"Write the key file with the same keys, wrapped by another key."`
	Retire keysRetireCmd `cmd:"" help:"Destroy the keys of an old epoch; backups from before cannot be read then."`
}

// withKeys opens the database beside a running serve.
func withKeys(ctx context.Context, file string, run func(*app.Keys, config.Config) error) (err error) {
	cfg, err := config.LoadUnchecked(file, os.Environ())
	if err != nil {
		return err
	}
	keys, err := app.OpenKeys(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, keys.Close()) }()
	return run(keys, cfg)
}

type keysListCmd struct {
	Config string `help:"Configuration file." default:"config.yaml" type:"path"`
}

func (l *keysListCmd) Run(ctx context.Context) error {
	return withKeys(ctx, l.Config, func(keys *app.Keys, _ config.Config) error {
		list, holders, err := keys.List(ctx)
		if err != nil {
			return err
		}
		return writeKeys(os.Stdout, list, holders, time.Now())
	})
}

// writeKeys writes a table of the epochs, and one of the running processes.
func writeKeys(w io.Writer, list []store.KeyListing, holders []store.KeyHolder, now time.Time) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	// Flush reports a failed write.
	_, _ = fmt.Fprintln(table, "EPOCH\tSTATE\tCREATED\tKEY ID\tCASES\tPICTURES\tNUMBERS\tOTHER\tCHAINS\tDAYS")
	for _, l := range list {
		created, days, id, state := "-", "-", strconv.FormatUint(uint64(l.KeyID), 10), string(l.State)
		if !l.Created.IsZero() {
			created = l.Created.UTC().Format(time.RFC3339)
			days = strconv.Itoa(int(now.Sub(l.Created).Hours() / 24))
		}
		if l.State == store.KeyRetired {
			id, state = "-", state+" "+l.Ended.At.UTC().Format(time.DateOnly)
		}
		_, _ = fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%s\n",
			l.Number, state, created, id, l.Usage.Cases, l.Usage.Pictures, l.Usage.Numbers, l.Usage.Short,
			l.Usage.Chains, days)
	}
	if len(holders) > 0 {
		_, _ = fmt.Fprintln(table, "\nPROCESS\tUSES\tHOLDS")
	}
	for _, h := range holders {
		_, _ = fmt.Fprintf(table, "%s\t%d\t%d to %d\n", h.ID, h.Used, h.Oldest, h.Newest)
	}
	return table.Flush()
}

type keysRotateCmd struct {
	Config string `help:"Configuration file." default:"config.yaml" type:"path"`
}

func (r *keysRotateCmd) Run(ctx context.Context) error {
	return withKeys(ctx, r.Config, func(keys *app.Keys, cfg config.Config) error {
		bar := newKeyBar(os.Stderr)
		out, err := keys.Rotate(ctx, bar.show)
		bar.end()
		if err != nil {
			return fmt.Errorf("%w\nNothing is lost: what is under the old keys opens as before. "+
				"Run `shiming keys rotate` again, it goes on", err)
		}
		what := "rotated to"
		if out.Resumed {
			what = "an interrupted rotation was finished:"
		}
		fmt.Printf("%s key epoch %d, %d rows moved.\n", what, out.Epoch, out.Moved)
		if len(out.Unreadable) > 0 {
			return fmt.Errorf("%d rows open with no key and stay as they are: %s\n"+
				"Restore them from a backup, or give them up by `shiming keys retire %d --unreadable`", len(out.Unreadable),
				strings.Join(out.Unreadable, ", "), out.Epoch-1)
		}
		fmt.Printf("Keep a copy of %s now, in place of the former ones.\n"+
			"Make a backup, and when those from before are not needed any more: shiming keys retire %d\n",
			cfg.Security.KeysetFile, out.Epoch-1)
		return nil
	})
}

// keyBar shows the progress of a rotation.
type keyBar struct {
	w   io.Writer
	bar *progressbar.ProgressBar
}

func newKeyBar(w io.Writer) *keyBar { return &keyBar{w: w} }

func (b *keyBar) show(p store.KeyProgress) {
	if len(p.Waiting) > 0 {
		b.end()
		_, _ = fmt.Fprintf(b.w, "waiting for key epoch %d to be used by %s; "+
			"a process with its own copy of the key file needs the new one now\n", p.Epoch, strings.Join(p.Waiting, ", "))
		return
	}
	if b.bar == nil {
		b.bar = progressbar.NewOptions64(p.Total,
			progressbar.OptionSetWriter(b.w),
			progressbar.OptionSetDescription(fmt.Sprintf("key epoch %d", p.Epoch)),
			progressbar.OptionSetWidth(40),
			progressbar.OptionShowCount(),
			progressbar.OptionClearOnFinish(),
			progressbar.OptionThrottle(50*time.Millisecond))
	}
	b.bar.ChangeMax64(p.Total)
	_ = b.bar.Set64(p.Done) // the terminal's problem
}

func (b *keyBar) end() {
	if b.bar != nil {
		_ = b.bar.Finish()
		b.bar = nil
	}
}

type keysRewrapCmd struct {
	Config string `help:"Configuration file with the new wrapping." default:"config.yaml" type:"path"`
	From   string `help:"Configuration file with the present one, read without the environment." type:"path"`
}

func (r *keysRewrapCmd) Run(ctx context.Context) error {
	cfg, err := config.LoadUnchecked(r.Config, os.Environ())
	if err != nil {
		return err
	}
	var from *config.Config
	if r.From != "" {
		loaded, err := config.LoadUnchecked(r.From, nil)
		if err != nil {
			return err
		}
		from = &loaded
	}
	if err := app.RewrapKeys(ctx, cfg, from); err != nil {
		return err
	}
	fmt.Printf("%s holds the same keys under the new wrapping. Start the bot with the new settings, keep a copy of the "+
		"file, and destroy the former ones.\n", cfg.Security.KeysetFile)
	return nil
}

type keysRetireCmd struct {
	Epoch      int    `arg:"" help:"The epoch, with all older ones; see shiming keys list."`
	Config     string `help:"Configuration file." default:"config.yaml" type:"path"`
	Unreadable bool   `help:"Also if rows are under it that open with no key: damaged ones that a rotation has named."`
}

func (r *keysRetireCmd) Run(ctx context.Context) error {
	return withKeys(ctx, r.Config, func(keys *app.Keys, cfg config.Config) error {
		held, err := keys.Retire(ctx, r.Epoch, r.Unreadable)
		if err != nil {
			return err
		}
		fmt.Printf("The keys of epoch %d and older ones are no longer in %s.\n"+
			"Destroy every other copy of the former key file as well: only then nobody can read the backups from before.\n",
			r.Epoch, cfg.Security.KeysetFile)
		if len(held) > 0 {
			return fmt.Errorf("another copy of the key file still has them: replace that of %s", strings.Join(held, ", "))
		}
		return nil
	})
}
