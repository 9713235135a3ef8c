package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"text/tabwriter"
	"time"

	"shiming/config"
	"shiming/store"
)

// handoverCmd looks after what follows evidence points: notifications of another system, and signing accounts.
type handoverCmd struct {
	List   handoverListCmd   `cmd:"" help:"List what waits or was given up, with the reasons."`
	Replay handoverReplayCmd `cmd:"" help:"Hand on again; the running serve does it, or the next one."`
}

// handoverListCmd lists them. It reads the database and works beside serve.
type handoverListCmd struct {
	Config string `help:"Configuration file." default:"config.yaml" type:"path"`
}

func (l *handoverListCmd) Run(ctx context.Context) error {
	cfg, err := config.LoadUnchecked(l.Config, os.Environ())
	if err != nil {
		return err
	}
	i, err := store.Inspect(ctx, cfg.Store.DSN, nil)
	switch {
	case err != nil:
		return fmt.Errorf("store.dsn: %w", err)
	case i.Missing || i.Empty:
		return errors.New("store.dsn: there is no database yet")
	}
	return writeFollowUps(os.Stdout, i.FollowUps)
}

// writeFollowUps writes a table, one row for each notification and account.
func writeFollowUps(w io.Writer, all []store.FollowUp) error {
	if len(all) == 0 {
		_, err := fmt.Fprintln(w, "Nothing waits, and nothing was given up.")
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "CASE\tTENANT\tKIND\tSTATE\tSINCE\tFAILED\tNEXT\tWHY") // Flush reports a failed write
	for _, f := range all {
		next, why, tenant := "-", f.Code, f.TenantKey
		if !f.Next.IsZero() {
			next = f.Next.UTC().Format(time.RFC3339)
		}
		for _, cell := range []*string{&why, &tenant} {
			if *cell == "" {
				*cell = "-"
			}
		}
		_, _ = fmt.Fprintln(table, f.CaseID+"\t"+tenant+"\t"+string(f.Kind)+"\t"+f.State+"\t"+
			f.Since.UTC().Format(time.RFC3339)+"\t"+strconv.Itoa(f.Attempts)+"\t"+next+"\t"+why)
	}
	return table.Flush()
}

// handoverReplayCmd asks the bot to hand on again, with the webhook-id that the notification had.
type handoverReplayCmd struct {
	Config string `help:"Configuration file." default:"config.yaml" type:"path"`
	Case   string `help:"Of this case, also if it was taken, or was done before handover.url was set." xor:"which" required:""`
	All    bool   `help:"Of all cases that were given up." xor:"which" required:""`
}

func (r *handoverReplayCmd) Run(ctx context.Context) error {
	cfg, err := config.LoadUnchecked(r.Config, os.Environ())
	if err != nil {
		return err
	}
	if cfg.Handover.URL == "" && cfg.Esign.SDKURL == "" {
		return errors.New("neither handover.url nor esign.sdk_url is set: there is nothing to hand on to")
	}
	if err := store.ReplayHandover(ctx, cfg.Store.DSN, r.Case); err != nil {
		return fmt.Errorf("store.dsn: %w", err)
	}
	fmt.Println("Queued. A running serve does it within a second, another one at its start; see shiming handover list.")
	return nil
}
