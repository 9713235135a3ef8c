package cmd

import (
	"context"
	"errors"
	"os"

	"shiming/bot"
	"shiming/config"
	"shiming/doctor"
)

// checkCmd walks through everything that can be wrong before the first case shows it. It writes nothing anywhere: no
// identity, evidence point or SMS, and no row. What cannot be asked without writing is called unknown.
type checkCmd struct {
	Config string `help:"Configuration file." default:"config.yaml" type:"path"`
	JSON   bool   `help:"One JSON array instead of lines." name:"json"`
	Lang   string `help:"zh or en; by the environment (LANG) if not given." enum:"auto,zh,en" default:"auto"`
	OCR    bool   `help:"Also let Feishu read an empty picture, which uses up one of the OCR quota." name:"ocr"`
	Scopes bool   `help:"Only print the list of scopes that the developer console imports."`
}

func (c *checkCmd) Run(ctx context.Context) error {
	if c.Scopes {
		_, err := os.Stdout.Write(bot.ScopesFile)
		return err
	}
	lang := doctor.Language(c.Lang, os.Getenv)
	cfg, err := config.Load(c.Config, os.Environ())
	var wrong *config.Error
	if errors.As(err, &wrong) && c.JSON {
		return errors.Join(doctor.Translated(wrong, lang), doctor.WriteReportJSON(os.Stdout, doctor.ConfigReport(wrong),
			lang))
	}
	if wrong != nil {
		return doctor.Translated(wrong, lang)
	}
	if err != nil {
		return err
	}
	d, err := doctor.New(cfg)
	if err != nil {
		return err
	}
	defer d.Close()
	d.OCR = c.OCR
	return d.Report(ctx, os.Stdout, lang, c.JSON)
}
