//go:build !unix

package main

import (
	"errors"
	"os"
	"syscall"
)

// canPause: this system knows no stopped processes.
const canPause = false

func apart() *syscall.SysProcAttr { return nil }

func pauseProcess(*os.Process) error  { return errors.ErrUnsupported }
func resumeProcess(*os.Process) error { return errors.ErrUnsupported }

// terminateProcess does nothing: the child ends when its input does.
func terminateProcess(*os.Process) error { return nil }
