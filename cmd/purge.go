package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"shiming/app"
	"shiming/config"
	"shiming/flows"
	"shiming/privacy"
)

// purgeCmd deletes what is kept longer than the settings say. serve does the same by itself, each part when it is due
// and the rest once a day. It works beside serve.
type purgeCmd struct {
	Config string `help:"Configuration file." default:"config.yaml" type:"path"`
	DryRun bool   `help:"Delete nothing; print what would be deleted, and by which rule."`
}

func (p *purgeCmd) Run(ctx context.Context) (err error) {
	cfg, err := config.LoadUnchecked(p.Config, os.Environ())
	if err != nil {
		return err
	}
	purge, err := app.OpenPurge(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, purge.Close()) }()
	out, err := purge.Run(ctx, p.DryRun)
	if err != nil {
		return err
	}
	if err := writeRules(os.Stdout, cfg); err != nil {
		return err
	}
	return writeOverdue(os.Stdout, out, p.DryRun)
}

// writeRules writes what is kept until when, as far as settings decide.
func writeRules(w io.Writer, cfg config.Config) error {
	t := cfg.Timing
	spans := map[string]time.Duration{
		"timing.photo_grace":          t.PhotoGrace,
		"timing.unfinished_retention": t.UnfinishedRetention,
		"timing.field_retention":      t.FieldRetention,
		"timing.leaver_retention":     t.LeaverRetention,
	}
	value := func(key string) privacy.Words {
		words := key + " (" + spans[key].String() + ")"
		return privacy.Words{ZH: words, EN: words}
	}
	_, err := fmt.Fprintln(w, "Rules:")
	for _, f := range privacy.Data() {
		if len(f.Until.Settings()) == 0 || err != nil {
			continue
		}
		_, err = fmt.Fprintf(w, "  %s: %s\n", f.ID, f.Until.Fill(value).EN)
	}
	return err
}

// writeOverdue writes the counts by rule, and a row for each case.
func writeOverdue(w io.Writer, out app.Overdue, dryRun bool) error {
	head, since := "Deleted", "AT"
	if dryRun {
		head, since = "Would be deleted", "DUE SINCE"
	}
	if len(out.Cases) == 0 && out.Leavers == 0 {
		_, err := fmt.Fprintln(w, "Nothing is due.")
		return err
	}
	counts := map[flows.DeletionRule]int{}
	for _, c := range out.Cases {
		for _, d := range c.Deletions {
			counts[d.Rule]++
		}
	}
	_, _ = fmt.Fprintf(w, "\n%s:\n", head) // Flush reports a failed write
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, rule := range flows.DeletionRules {
		if n := counts[rule]; n > 0 {
			_, _ = fmt.Fprintf(table, "%s\t%d cases\n", rule, n)
		}
	}
	if out.Leavers > 0 {
		what := "rows"
		if dryRun {
			what = "people"
		}
		_, _ = fmt.Fprintf(table, "leavers, beside their cases\t%d %s\n", out.Leavers, what)
	}
	if len(out.Cases) > 0 {
		_, _ = fmt.Fprintf(table, "\nCASE\tSCOPE\tRULE\t%s\n", since)
	}
	for _, c := range out.Cases {
		for _, d := range c.Deletions {
			_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", c.CaseID, d.Scope, d.Rule, d.At.UTC().Format(time.RFC3339))
		}
	}
	return table.Flush()
}
