package cmd

import (
	"os"

	"shiming/app"
	"shiming/config"
	"shiming/store/keyset"
)

// keygenCmd writes a new keyset.
type keygenCmd struct {
	File   string `arg:"" help:"File to write; must not exist." type:"path"`
	Config string `help:"Wrap the keys by kms.uri or security.wrapping_key of this configuration file." type:"path"`
}

func (k *keygenCmd) Run() error {
	var wrapping *keyset.Wrapping
	if k.Config != "" {
		cfg, err := config.LoadUnchecked(k.Config, os.Environ())
		if err != nil {
			return err
		}
		if wrapping, err = app.KeyWrapping(cfg); err != nil {
			return err
		}
	}
	return keyset.WriteWrapped(k.File, keyset.New(), wrapping)
}
