package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"shiming/app"
	"shiming/config"
	"shiming/doctor"
	"shiming/flows"
)

// privacyCmd is what a data-protection officer asks, and the rights of people who have no chat. All commands work
// beside a running serve; report and audit read only.
type privacyCmd struct {
	Report  privacyReportCmd  `cmd:"" help:"Recipients, retention, numbers, looks, deletions, requests, incidents."`
	Audit   privacyAuditCmd   `cmd:"" help:"Prove all audit chains and the published heads, and list every gap."`
	Request privacyRequestCmd `cmd:"" help:"Requests of people about their data, such as those of leavers."`
	Copy    privacyCopyCmd    `cmd:"" help:"Write the copy of everything that is kept about a person, for the person."`
}

// privacyCommon is what report and audit share.
type privacyCommon struct {
	JSON   bool   `help:"Print JSON."`
	Config string `help:"Configuration file." default:"config.yaml" type:"path"`
	Lang   string `help:"zh or en; by the environment (LANG) if not given." enum:"auto,zh,en" default:"auto"`
}

// open passes the opened database to use.
func (c privacyCommon) open(ctx context.Context, use func(*app.Privacy) error) (err error) {
	cfg, err := config.LoadUnchecked(c.Config, os.Environ())
	if err != nil {
		return err
	}
	p, err := app.OpenPrivacy(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	return use(p)
}

// print prints a value as JSON, or its text.
func (c privacyCommon) print(v any, text func(lang string) string) error {
	if !c.JSON {
		_, err := fmt.Print(text(doctor.Language(c.Lang, os.Getenv)))
		return err
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	return out.Encode(v)
}

type privacyReportCmd struct {
	privacyCommon
	From string `help:"First day, as 2026-01-31, in China; 30 days before --to if not given."`
	To   string `help:"Last day; today if not given."`
}

// reportDays is the period without --from, in days.
const reportDays = 30

// period returns the beginning of the first day and the end of the last one.
func (r *privacyReportCmd) period(now time.Time) (from, to time.Time, err error) {
	to = flows.DayOf(now)
	if r.To != "" {
		if to, err = time.ParseInLocation(time.DateOnly, r.To, flows.ChinaTime); err != nil {
			return from, to, errors.New("--to: want a day such as 2026-01-31")
		}
	}
	to = to.AddDate(0, 0, 1)
	from = to.AddDate(0, 0, -reportDays)
	if r.From != "" {
		if from, err = time.ParseInLocation(time.DateOnly, r.From, flows.ChinaTime); err != nil {
			return from, to, errors.New("--from: want a day such as 2026-01-31")
		}
	}
	if !from.Before(to) {
		return from, to, errors.New("--from is after --to")
	}
	return from, to, nil
}

func (r *privacyReportCmd) Run(ctx context.Context) error {
	return r.open(ctx, func(p *app.Privacy) error {
		from, to, err := r.period(p.Now())
		if err != nil {
			return err
		}
		reports, err := p.Reports(ctx, from, to)
		if err != nil {
			return err
		}
		return r.print(reports, func(lang string) string { return reportText(reports, lang) })
	})
}

type privacyAuditCmd struct {
	privacyCommon
	Head []string `help:"A published head (the hash), or a file with some, such as copied messages; may be repeated."`
}

// auditBroken is the exit code for a trail with gaps.
const auditBroken exitStatus = 5

func (a *privacyAuditCmd) Run(ctx context.Context) error {
	return a.open(ctx, func(p *app.Privacy) error {
		proof, err := p.Audit(ctx, a.Head...)
		if err != nil {
			return err
		}
		if err := a.print(proof, func(lang string) string { return proofText(proof, lang) }); err != nil {
			return err
		}
		if len(proof.Gaps) > 0 {
			return auditBroken
		}
		return nil
	})
}
