// Package doctor asks what can be wrong before the first case shows it: credentials, permissions, subscriptions, groups, admins,
// suppliers, clock, database, keyset. Every finding says what was seen and what to click, in two languages. It only reads: no
// identity, no evidence point, no text message, no row. What cannot be asked without a write is called unknown.
//
// In reading order: doctor.go (steps, and how one follows from another), then one file a platform: feishu.go, people.go,
// suppliers.go, store.go; reach.go for a platform that nobody can reach, config.go for mistakes of the configuration, report.go and
// text.go for what a person reads.
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

// Outcome is what a step came to.
type Outcome string

const (
	Good    Outcome = "ok"
	Problem Outcome = "problem"
	Warning Outcome = "warning"
	skipped Outcome = "skipped" // since a step before it failed
	Unknown Outcome = "unknown" // cannot be asked
)

// result is what a step has found. seen and do may be empty when all is well.
type result struct {
	outcome Outcome
	seen    phrase // what was seen
	do      phrase // what to click or change
	link    string // where
	code    string // the platform's, for its support
	logID   string // likewise
	silent  bool   // nobody answered
}

// step is one question. It is asked only if those that it needs were answered with ok, a warning or unknown.
type step struct {
	id    string
	title phrase
	needs []string
	ask   func(context.Context) result
}

// finding is an answered step.
type finding struct {
	step
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

// once keeps the answer to a question that several steps ask.
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

// checkTimeout bounds one question.
const checkTimeout = 10 * time.Second

func New(cfg config.Config) (k *Doctor, err error) {
	k = &Doctor{cfg: cfg, Now: time.Now, web: &http.Client{Timeout: checkTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if k.client, err = bot.NewClient(bot.ClientConfig{BaseURL: cfg.Feishu.BaseURL, AppID: cfg.Feishu.AppID, AppSecret: cfg.Feishu.AppSecret,
		Log: slog.New(slog.DiscardHandler), Timeout: checkTimeout}); err != nil {
		return nil, err
	}
	if cfg.Verification.Method != flows.ThreeElements {
		return k, nil
	}
	supplier := cfg.Verification.Tencent
	supplier.Timeout = checkTimeout
	if k.supplier, err = verify.NewTencent(supplier); err != nil {
		return nil, err
	}
	k.notary, err = esign.New(esign.Config{BaseURL: cfg.Esign.BaseURL, AppID: cfg.Esign.AppID, AppSecret: esign.Secret(cfg.Esign.AppSecret),
		Revision: esign.Revision(cfg.Esign.EvidenceRevision), Timeout: checkTimeout, Now: func() time.Time { return k.Now() }})
	return k, err
}

func (k *Doctor) Close() {
	k.client.CloseIdleConnections()
	if k.supplier != nil {
		k.supplier.Close()
	}
}

// steps lists every question, in the order in which an app is set up.
func (k *Doctor) steps() []step {
	if k.cfg.Feishu.AppType == config.Marketplace {
		return slices.Concat(k.marketplaceSteps(), k.supplierSteps(), k.hereSteps())
	}
	return slices.Concat(k.feishuSteps(), k.peopleSteps(), k.supplierSteps(), k.hereSteps())
}

// walk asks one after the other and tells each answer as it comes.
func (k *Doctor) walk(ctx context.Context, tell func(finding)) (all []finding) {
	failed, titles := map[string]bool{}, map[string]phrase{}
	for _, s := range k.steps() {
		titles[s.id] = s.title
		f := finding{step: s}
		if i := slices.IndexFunc(s.needs, func(id string) bool { return failed[id] }); i >= 0 {
			first := titles[s.needs[i]]
			f.result = result{outcome: skipped, seen: phrase{"先解决上面的「" + first.zh + "」", "first put \"" + first.en + "\" above right"}}
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
func (k *Doctor) Report(ctx context.Context, w io.Writer, lang string, asJSON bool) error {
	tell := func(f finding) { writeFinding(w, f, lang) }
	if asJSON {
		tell = func(finding) {}
	}
	all := k.walk(ctx, tell)
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
