package cmd

import "shiming/store/keyset"

// keygenCmd writes a new keyset.
type keygenCmd struct {
	File string `arg:"" help:"File to write; must not exist." type:"path"`
}

func (k *keygenCmd) Run() error { return keyset.Write(k.File, keyset.New()) }
