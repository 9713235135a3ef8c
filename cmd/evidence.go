package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"shiming/app"
	"shiming/config"
	"shiming/doctor"
	"shiming/evidence"
)

// evidenceCmd is everything about the evidence of a case. show and export read the database, also beside a running
// serve, and each of them is on record; verify needs the file alone.
type evidenceCmd struct {
	Show   evidenceShowCmd   `cmd:"" help:"Print what is on record of a case."`
	Export evidenceExportCmd `cmd:"" help:"Write the signed bundle of a case, as JSON or as a page."`
	Verify evidenceVerifyCmd `cmd:"" help:"Prove a bundle or its page, offline; needs no configuration."`
	Key    evidenceKeyCmd    `cmd:"" help:"Print the public keys with which bundles are verified (JWK set)."`
}

// evidenceLook is what show and export share.
type evidenceLook struct {
	Who    string `arg:"" help:"Case id, or open_id of a person (the newest case with an evidence point)."`
	Config string `help:"Configuration file." default:"config.yaml" type:"path"`
	Lang   string `help:"zh or en; by the environment (LANG) if not given." enum:"auto,zh,en" default:"auto"`
	Full   bool   `help:"Personal values in clear. The person is told so, with the reason."`
	Reason string `help:"Why the values are needed in clear; kept in the audit trail. Name nobody in it."`
}

// record puts the look on record, and passes the facts to use.
func (l evidenceLook) record(
	ctx context.Context, export bool, use func(*app.Evidence, *evidence.Record) error,
) (err error) {
	if l.Full != (l.Reason != "") {
		return errors.New("--full takes a --reason, and a reason is for --full only")
	}
	cfg, err := config.LoadUnchecked(l.Config, os.Environ())
	if err != nil {
		return err
	}
	e, err := app.OpenEvidence(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	r, err := e.Record(ctx, l.Who, app.Look{Export: export, Full: l.Full, Reason: l.Reason})
	if err != nil {
		return err
	}
	return use(e, r)
}

type evidenceShowCmd struct {
	evidenceLook
}

func (s *evidenceShowCmd) Run(ctx context.Context) error {
	return s.record(ctx, false, func(_ *app.Evidence, r *evidence.Record) error {
		_, err := fmt.Print(evidence.Text(r, doctor.Language(s.Lang, os.Getenv)))
		return err
	})
}

type evidenceExportCmd struct {
	evidenceLook
	File string `arg:"" help:"File to write, .json or .html; must not exist." type:"path"`
}

func (x *evidenceExportCmd) Run(ctx context.Context) error {
	page := strings.HasSuffix(x.File, ".html")
	if !page && !strings.HasSuffix(x.File, ".json") {
		return errors.New("the file must end with .json, for the bundle, or with .html, for the page that carries it")
	}
	if _, err := os.Stat(x.File); err == nil {
		return fmt.Errorf("%s exists; nothing was written", x.File)
	}
	lang := doctor.Language(x.Lang, os.Getenv)
	return x.record(ctx, true, func(e *app.Evidence, r *evidence.Record) error {
		out, err := e.Sign(r)
		if err == nil && page {
			out, err = evidence.Page(r, lang, out)
		}
		if err != nil {
			return err
		}
		if err := app.WriteNew(x.File, out); err != nil {
			return err
		}
		report := evidence.Verify(out, nil)
		fmt.Printf("%s: %d bytes, signed with the key %s.\n", x.File, len(out), report.KeyID)
		if x.Full {
			fmt.Println("Personal values are in clear: keep the file as safe as the keyset. The person is told of it.")
		}
		return nil
	})
}

type evidenceKeyCmd struct {
	Config string `help:"Configuration file." default:"config.yaml" type:"path"`
}

func (k *evidenceKeyCmd) Run(context.Context) error {
	cfg, err := config.LoadUnchecked(k.Config, os.Environ())
	if err != nil {
		return err
	}
	keys, err := app.EvidenceKeys(cfg)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(keys)
	return err
}

type evidenceVerifyCmd struct {
	File string `arg:"" help:"Bundle (.json) or page (.html)." type:"path"`
	Keys string `help:"Public keys of the company, as \"shiming evidence key\" prints them." type:"path"`
	Lang string `help:"zh or en; by the environment (LANG) if not given." enum:"auto,zh,en" default:"auto"`
}

// verdictCodes are the exit codes of verify. docs/evidence-bundle.md lists them.
var verdictCodes = map[evidence.Verdict]exitStatus{
	evidence.Intact:      0,
	evidence.KeyUnproven: 3,
	evidence.OtherKey:    4,
	evidence.Altered:     5,
	evidence.NoBundle:    6,
}

func (v *evidenceVerifyCmd) Run(context.Context) error {
	var keys evidence.KeySet
	if v.Keys != "" {
		raw, err := os.ReadFile(v.Keys)
		if err != nil {
			return err
		}
		if keys, err = evidence.ParseKeys(raw); err != nil {
			return fmt.Errorf("%s: %w", v.Keys, err)
		}
	}
	f, err := os.Open(v.File)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // a reader
	// One byte more than Verify looks at, so that a larger file is refused without being read.
	file, err := io.ReadAll(io.LimitReader(f, evidence.MaxFile+1))
	if err != nil {
		return err
	}
	report := evidence.Verify(file, keys)
	fmt.Print(report.Text(doctor.Language(v.Lang, os.Getenv)))
	if code := verdictCodes[report.Verdict]; code != 0 {
		return code
	}
	return nil
}
