// Package doctor asks what can be wrong before the first case shows it: credentials, permissions, subscriptions,
// groups, admins, suppliers, clock, database, keyset. Every finding says what was found and what to click, in two
// languages. It only reads: no identity, no evidence point, no text message, no row. What cannot be asked without a
// write is called unknown.
//
// In reading order: doctor.go (checks, and how one follows from another), then one file a platform: feishu.go (the
// app), feishu_events.go (the way of its events), people.go, suppliers.go, store.go; reach.go for a platform that
// nobody can reach, config.go for mistakes of the configuration, report.go and text.go for what a person reads.
package doctor

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"shiming/bot"
	"shiming/config"
	"shiming/esign"
	"shiming/flows"
	"shiming/store"
	"shiming/verify"
)

// Failed: the configuration is readable, but something does not work (exit code 1).
type Failed struct{ Problems int }

func (e *Failed) Error() string { return fmt.Sprintf("check: problems: %d", e.Problems) }

// Outcome is what a check came to.
type Outcome string

const (
	OK      Outcome = "ok"
	Problem Outcome = "problem"
	Warning Outcome = "warning"
	skipped Outcome = "skipped" // since a check before it failed
	Unknown Outcome = "unknown" // cannot be asked
)

// result is what a check has found. found and remedy may be empty when all is well.
type result struct {
	outcome Outcome
	found   Text   // what there is
	remedy  Text   // what to click or change
	link    string // where
	code    string // the platform's, for its support
	logID   string // likewise
	silent  bool   // nobody answered
}

// check is one question. It is asked only if those that it needs were answered with ok, a warning or unknown.
type check struct {
	id    string
	title Text
	needs []string
	ask   func(context.Context) result
}

// finding is an answered check.
type finding struct {
	check
	result
}

// Doctor asks the platforms. Each question has a small function of its own in the other files.
type Doctor struct {
	cfg      config.Config
	client   *bot.Client
	notary   *esign.Client   // nil without evidence
	supplier *verify.Tencent // nil without verification
	web      *http.Client
	Now      func() time.Time
	OCR      bool

	app     once[bot.AppInfo]
	granted once[map[string]bool]
	stored  once[store.Inspection]
}

// once keeps the answer to a question that several checks ask.
type once[T any] struct {
	done  bool
	value T
	err   error
}

func (o *once[T]) get(ask func() (T, error)) (T, error) {
	if !o.done {
		o.value, o.err = ask()
		o.done = true
	}
	return o.value, o.err
}

// callTimeout bounds one question.
const callTimeout = 10 * time.Second

func New(cfg config.Config) (d *Doctor, err error) {
	d = &Doctor{cfg: cfg, Now: time.Now, web: &http.Client{
		Timeout:       callTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if d.client, err = bot.NewClient(bot.ClientConfig{
		BaseURL:   cfg.Feishu.BaseURL,
		AppID:     cfg.Feishu.AppID,
		AppSecret: cfg.Feishu.AppSecret,
		Log:       slog.New(slog.DiscardHandler),
		Timeout:   callTimeout,
	}); err != nil {
		return nil, err
	}
	if cfg.Verification.Method != flows.ThreeElements {
		return d, nil
	}
	supplier := cfg.Verification.Tencent
	supplier.Timeout = callTimeout
	if d.supplier, err = verify.NewTencent(supplier); err != nil {
		return nil, err
	}
	d.notary, err = esign.New(esign.Config{
		BaseURL:   cfg.Esign.BaseURL,
		AppID:     cfg.Esign.AppID,
		AppSecret: esign.Secret(cfg.Esign.AppSecret),
		Revision:  esign.Revision(cfg.Esign.EvidenceRevision),
		Timeout:   callTimeout,
		Now:       func() time.Time { return d.Now() },
	})
	return d, err
}

func (d *Doctor) Close() {
	d.client.CloseIdleConnections()
	if d.supplier != nil {
		d.supplier.Close()
	}
}

// checks lists every question, in the order in which an app is set up.
func (d *Doctor) checks() []check {
	if d.cfg.Feishu.AppType == config.Marketplace {
		return slices.Concat(d.marketplaceChecks(), d.supplierChecks(), d.localChecks())
	}
	return slices.Concat(d.feishuChecks(), d.peopleChecks(), d.supplierChecks(), d.localChecks())
}

// walk asks one after the other and tells each answer as it comes.
func (d *Doctor) walk(ctx context.Context, tell func(finding)) (all []finding) {
	failed, titles := map[string]bool{}, map[string]Text{}
	for _, s := range d.checks() {
		titles[s.id] = s.title
		f := finding{check: s}
		if i := slices.IndexFunc(s.needs, func(id string) bool { return failed[id] }); i >= 0 {
			first := titles[s.needs[i]]
			f.result = result{
				outcome: skipped,
				found:   Text{"先解决上面的「" + first.ZH + "」", "first put \"" + first.EN + "\" above right"},
			}
		} else {
			f.result = s.ask(ctx)
		}
		failed[s.id] = f.outcome == Problem || f.outcome == skipped
		tell(f)
		all = append(all, f)
	}
	return all
}

// Report walks and writes. The error is *Failed if there are problems.
func (d *Doctor) Report(ctx context.Context, w io.Writer, lang string, asJSON bool) error {
	tell := func(f finding) { writeFinding(w, f, lang) }
	if asJSON {
		tell = func(finding) {}
	}
	all := d.walk(ctx, tell)
	if asJSON {
		if err := WriteReportJSON(w, all, lang); err != nil {
			return err
		}
	} else {
		writeSummary(w, all, lang)
	}
	problems := 0
	for _, f := range all {
		if f.outcome == Problem {
			problems++
		}
	}
	if problems > 0 {
		return &Failed{problems}
	}
	return nil
}
