package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"shiming/app"
	"shiming/bot"
	"shiming/config"
	"shiming/esign"
	"shiming/flows"
	"shiming/store"
	"shiming/verify"
)

// checkCmd walks through everything that can be wrong before the first case shows it. It writes nothing anywhere: no identity,
// evidence point or SMS, and no row. What cannot be asked without writing is called unknown.
type checkCmd struct {
	Config string `help:"Configuration file." default:"config.yaml" type:"path"`
	JSON   bool   `help:"One JSON array instead of lines." name:"json"`
	Lang   string `help:"zh or en; by the environment (LANG) if not given." enum:"auto,zh,en" default:"auto"`
	OCR    bool   `help:"Also let Feishu read an empty picture, which uses up one of the OCR quota." name:"ocr"`
	Scopes bool   `help:"Only print the list of scopes that the developer console imports."`
}

// checkFailed: the configuration is readable, but something does not work (exit code 1).
type checkFailed struct{ Problems int }

func (e *checkFailed) Error() string { return fmt.Sprintf("check: problems: %d", e.Problems) }

func (c *checkCmd) Run(ctx context.Context) error {
	if c.Scopes {
		_, err := os.Stdout.Write(scopesFile)
		return err
	}
	lang := language(c.Lang, os.Getenv)
	cfg, err := config.Load(c.Config, os.Environ())
	var wrong *config.Error
	if errors.As(err, &wrong) && c.JSON {
		return errors.Join(translated(wrong, lang), writeReportJSON(os.Stdout, configReport(wrong), lang))
	}
	if wrong != nil {
		return translated(wrong, lang)
	}
	if err != nil {
		return err
	}
	k, err := newChecker(cfg)
	if err != nil {
		return err
	}
	defer k.close()
	k.ocr = c.OCR
	return k.report(ctx, os.Stdout, lang, c.JSON)
}

// language picks zh or en from the flag, or from what POSIX says about the environment.
func language(flag string, getenv func(string) string) string {
	if flag == "zh" || flag == "en" {
		return flag
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			if strings.HasPrefix(strings.ToLower(v), "zh") {
				return "zh"
			}
			return "en"
		}
	}
	return "en"
}

// outcome is what a step came to.
type outcome string

const (
	good    outcome = "ok"
	problem outcome = "problem"
	warning outcome = "warning"
	skipped outcome = "skipped" // since a step before it failed
	unknown outcome = "unknown" // cannot be asked
)

// phrase is a text in both languages.
type phrase struct{ zh, en string }

func (w phrase) in(lang string) string {
	if lang == "zh" {
		return w.zh
	}
	return w.en
}

// result is what a step has found. seen and do may be empty when all is well.
type result struct {
	outcome outcome
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

// checker asks the platforms. Each question has a small function of its own in the other check files.
type checker struct {
	cfg      config.Config
	client   *bot.Client
	notary   *esign.Client   // nil without evidence
	supplier *verify.Tencent // nil without verification
	web      *http.Client
	now      func() time.Time
	ocr      bool

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

func newChecker(cfg config.Config) (k *checker, err error) {
	k = &checker{cfg: cfg, now: time.Now, web: &http.Client{Timeout: checkTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if k.client, err = bot.NewClient(bot.ClientConfig{BaseURL: cfg.Feishu.BaseURL, AppID: cfg.Feishu.AppID, AppSecret: cfg.Feishu.AppSecret,
		Log: app.NewLogger(io.Discard, "error"), Timeout: checkTimeout}); err != nil {
		return nil, err
	}
	if cfg.Method != flows.ThreeElements {
		return k, nil
	}
	supplier := cfg.Tencent
	supplier.Timeout = checkTimeout
	if k.supplier, err = verify.NewTencent(supplier); err != nil {
		return nil, err
	}
	k.notary, err = esign.New(esign.Config{BaseURL: cfg.Esign.BaseURL, AppID: cfg.Esign.AppID, AppSecret: esign.Secret(cfg.Esign.AppSecret),
		Revision: esign.Revision(cfg.Esign.EvidenceRevision), Timeout: checkTimeout, Now: func() time.Time { return k.now() }})
	return k, err
}

func (k *checker) close() {
	k.client.CloseIdleConnections()
	if k.supplier != nil {
		k.supplier.Close()
	}
}

// steps lists every question, in the order in which an app is set up.
func (k *checker) steps() []step {
	if k.cfg.Feishu.AppType == config.Marketplace {
		return slices.Concat(k.marketplaceSteps(), k.supplierSteps(), k.hereSteps())
	}
	return slices.Concat(k.feishuSteps(), k.peopleSteps(), k.supplierSteps(), k.hereSteps())
}

// walk asks one after the other and tells each answer as it comes.
func (k *checker) walk(ctx context.Context, tell func(finding)) (all []finding) {
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
		failed[s.id] = f.outcome == problem || f.outcome == skipped
		tell(f)
		all = append(all, f)
	}
	return all
}

// report walks and writes. The error is *checkFailed if there are problems.
func (k *checker) report(ctx context.Context, w io.Writer, lang string, asJSON bool) error {
	tell := func(f finding) { writeFinding(w, f, lang) }
	if asJSON {
		tell = func(finding) {}
	}
	all := k.walk(ctx, tell)
	if asJSON {
		if err := writeReportJSON(w, all, lang); err != nil {
			return err
		}
	} else {
		writeSummary(w, all, lang)
	}
	problems := 0
	for _, f := range all {
		if f.outcome == problem {
			problems++
		}
	}
	if problems > 0 {
		return &checkFailed{problems}
	}
	return nil
}
