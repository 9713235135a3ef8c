package cmd

import (
	"context"
	"errors"
	"os"

	"shiming/bot"
	"shiming/config"
	"shiming/doctor"
)

// checkCmd runs the checks of package doctor. It writes nothing: no identity, no evidence point, no SMS and no row. A
// check that would need a write has the outcome unknown. It also runs with an incomplete configuration: it checks
// what is there and lists what is missing.
type checkCmd struct {
	Config string `help:"Configuration file." default:"config.yaml" type:"path"`
	JSON   bool   `help:"One JSON array instead of lines." name:"json"`
	Lang   string `help:"zh or en; by the environment (LANG) if not given." enum:"auto,zh,en" default:"auto"`
	OCR    bool   `help:"Also let Feishu read an empty picture, which uses up one of the OCR quota." name:"ocr"`
	Probe  bool   `help:"Also provoke a refusal of e签宝's sandbox, which shows revision and entitlement." name:"evidence-probe"`
	Notify bool   `help:"Also send a signed notification about nobody to handover.url." name:"handover-test"`
	Scopes bool   `help:"Only print the list of scopes that the developer console imports."`
	// The list holds nothing personal and is the same in every language.
	Surprises bool `help:"Only list what the platforms have sent and their published pages do not show."`
}

func (c *checkCmd) Run(ctx context.Context) error {
	if c.Scopes {
		_, err := os.Stdout.Write(bot.ScopesFile)
		return err
	}
	lang := doctor.Language(c.Lang, os.Getenv)
	cfg, mistakes, err := config.LoadIncomplete(c.Config, os.Environ())
	if wrong, ok := errors.AsType[*config.Error](err); ok {
		err = doctor.Translated(wrong, lang)
		if c.JSON {
			err = errors.Join(err, doctor.WriteReportJSON(os.Stdout, doctor.ConfigReport(wrong), lang))
		}
	}
	if err != nil {
		return err
	}
	if c.Surprises {
		return doctor.ListSurprises(ctx, os.Stdout, cfg, c.JSON)
	}
	d, err := doctor.New(cfg, mistakes...)
	if err != nil {
		return err
	}
	defer d.Close()
	d.OCR, d.EvidenceProbe, d.HandoverTest = c.OCR, c.Probe, c.Notify
	return d.Report(ctx, os.Stdout, lang, c.JSON)
}
