// Package doctor checks an installation before its first case: credentials, permissions, subscriptions, groups, admins,
// suppliers, clock, database and keyset. Every finding says in two languages what was found and what to click. The
// checks only read: they create no identity, no evidence point, no text message and no row. A check that would need a
// write has the outcome unknown.
//
// In reading order: doctor.go (the checks and their dependencies), then one file per topic: feishu.go (the app),
// feishu_events.go (its events), people.go, suppliers.go, face.go, handover.go (what follows evidence points),
// agreement.go (the page), store.go and surprises.go; reach.go (the cause of a missing answer), config.go (mistakes of the
// configuration), missing.go (what is missing, in the order in which to ask for it), report.go and text.go (the
// report).
package doctor

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"shiming/bot"
	"shiming/config"
	"shiming/esign"
	"shiming/flows"
	"shiming/store"
	"shiming/verify"
)

// Failed says that checks found problems. The exit code is 1, or 2 if the configuration has mistakes.
type Failed struct {
	Problems      int
	configuration *config.Error // nil without mistakes
}

func (e *Failed) Error() string { return fmt.Sprintf("check: problems: %d", e.Problems) }

// Unwrap returns the *config.Error, on which the exit code depends, or nil.
func (e *Failed) Unwrap() error {
	if e.configuration == nil {
		return nil
	}
	return e.configuration
}

// Outcome is the outcome of a check.
type Outcome string

const (
	OK      Outcome = "ok"
	Problem Outcome = "problem"
	Warning Outcome = "warning"
	skipped Outcome = "skipped" // a check that this one needs failed
	Unknown Outcome = "unknown" // no platform can tell
)

// result is the result of a check. found and remedy may be empty for OK.
type result struct {
	outcome  Outcome
	found    Text   // what the check found
	remedy   Text   // what to click or change
	link     string // page for the remedy
	code     string // code of the platform, for its support
	logID    string // log id of the platform, for its support
	noAnswer bool   // the platform did not answer
	takes    Text   // how long it takes to get what is missing
}

// check is one check. It runs only if the outcome of each check in needs is ok, warning or unknown.
type check struct {
	id    string
	title Text
	needs []string                     // ids of earlier checks
	ask   func(context.Context) result // a result without an outcome is not reported
}

// finding is a check with its result.
type finding struct {
	check
	result
}

// Doctor runs the checks. Each check has a function of its own in the other files.
type Doctor struct {
	cfg      config.Config
	mistakes []config.Mistake // in the configuration; checks that need such a key are skipped
	client   *bot.Client      // nil without credentials
	evidence *esign.Client    // nil without evidence, or without its settings
	supplier *verify.Tencent  // nil without verification, or without its settings
	web      *http.Client
	Now      func() time.Time // local clock
	OCR      bool             // run the check that uses up one call of the OCR quota
	// EvidenceProbe runs the checks that ask e签宝's sandbox for an evidence point with a request that cannot create one.
	EvidenceProbe bool
	HandoverTest  bool // send a notification about nobody to the receiver of evidence points

	app     cached[bot.AppInfo]
	keys    *keyWrapping // as the checks have made it
	granted cached[map[string]bool]
	stored  cached[store.Inspection]
	probed  cached[esign.Revision]
}

// cached keeps a value that several checks need.
type cached[T any] struct {
	done  bool
	value T
	err   error
}

func (c *cached[T]) get(ask func() (T, error)) (T, error) {
	if !c.done {
		c.value, c.err = ask()
		c.done = true
	}
	return c.value, c.err
}

// callTimeout limits one call to a platform.
const callTimeout = 10 * time.Second

// New builds a Doctor for a configuration, which may be incomplete: mistakes are those that config.LoadIncomplete found
// in it. It makes no call.
func New(cfg config.Config, mistakes ...config.Mistake) (d *Doctor, err error) {
	d = &Doctor{cfg: cfg, mistakes: mistakes, Now: time.Now, web: &http.Client{
		Timeout:       callTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if len(d.unusable(credentials)) == 0 {
		if d.client, err = bot.NewClient(bot.ClientConfig{
			BaseURL:   cfg.Feishu.BaseURL,
			AppID:     cfg.Feishu.AppID,
			AppSecret: cfg.Feishu.AppSecret,
			Log:       slog.New(slog.DiscardHandler),
			Timeout:   callTimeout,
		}); err != nil {
			return nil, err
		}
	}
	if cfg.Verification.Method == flows.MethodNone {
		return d, nil
	}
	supplier := cfg.Verification.Tencent
	supplier.Timeout = callTimeout
	supplier.WithoutSMS = !cfg.SendsCodes()
	if len(d.unusable(tencentTemplate)) == 0 { // the same keys as those of faceService
		if d.supplier, err = verify.NewTencent(supplier); err != nil {
			return nil, err
		}
	}
	if len(d.unusable(esignApp)) > 0 {
		return d, nil
	}
	d.evidence, err = esign.New(esign.Config{
		BaseURL:   cfg.Esign.BaseURL,
		AppID:     cfg.Esign.AppID,
		AppSecret: esign.Secret(cfg.Esign.AppSecret),
		Revision:  esign.Revision(cfg.Esign.EvidenceRevision),
		Timeout:   callTimeout,
		Now:       func() time.Time { return d.Now() },
	})
	return d, err
}

// Close closes the idle connections of the clients.
func (d *Doctor) Close() {
	if d.client != nil {
		d.client.CloseIdleConnections()
	}
	if d.supplier != nil {
		d.supplier.Close()
	}
}

// checks returns all checks, in the order of an app's setup.
func (d *Doctor) checks() []check {
	if d.cfg.Feishu.AppType == config.Marketplace {
		return slices.Concat(
			d.marketplaceChecks(), d.supplierChecks(), d.followUpChecks(), d.agreementChecks(), d.localChecks())
	}
	return slices.Concat(
		d.feishuChecks(), d.peopleChecks(), d.supplierChecks(), d.followUpChecks(), d.agreementChecks(), d.localChecks())
}

// run runs the checks one after the other and calls report for each finding at once.
func (d *Doctor) run(ctx context.Context, report func(finding)) (all []finding) {
	failed, titles := map[string]bool{}, map[string]Text{}
	for _, s := range d.checks() {
		titles[s.id] = s.title
		f := finding{check: s}
		i := slices.IndexFunc(s.needs, func(id string) bool { return failed[id] })
		keys := d.unusable(s.id)
		switch {
		case len(keys) > 0:
			f.result = result{
				outcome: skipped,
				found:   Text{"先填好 " + strings.Join(keys, "、"), "first fill in " + strings.Join(keys, ", ")},
			}
		case i >= 0:
			first := titles[s.needs[i]]
			f.result = result{
				outcome: skipped,
				found:   Text{"先解决上面的「" + first.ZH + "」", "first put \"" + first.EN + "\" above right"},
			}
		default:
			if f.result = s.ask(ctx); f.outcome == "" {
				continue
			}
		}
		failed[s.id] = f.outcome == Problem || f.outcome == skipped
		report(f)
		all = append(all, f)
	}
	return all
}

// Report runs the checks and writes the report: mistakes in values, then the checks, then what is missing. The error is
// *Failed if there are problems.
func (d *Doctor) Report(ctx context.Context, w io.Writer, lang string, asJSON bool) error {
	report := func(f finding) { writeFinding(w, f, lang) }
	if asJSON {
		report = func(finding) {}
	}
	all := wrongValues(d.mistakes)
	for _, f := range all {
		report(f)
	}
	asked := d.run(ctx, report)
	plan := d.missing(asked)
	all = slices.Concat(all, asked, settingsOnly(plan))
	if asJSON {
		if err := WriteReportJSON(w, all, lang); err != nil {
			return err
		}
	} else {
		writePlan(w, plan, lang)
		writeSummary(w, all, lang)
	}
	failed := &Failed{}
	for _, f := range all {
		if f.outcome == Problem {
			failed.Problems++
		}
	}
	if len(d.mistakes) > 0 {
		failed.configuration = &config.Error{Mistakes: d.mistakes}
	}
	if failed.Problems > 0 {
		return failed
	}
	return nil
}
