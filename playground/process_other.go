//go:build !unix

package playground

import (
	"errors"
	"os"
	"syscall"
)

// CanPause: this system knows no stopped processes.
const CanPause = false

func childAttributes() *syscall.SysProcAttr { return nil }

func pauseProcess(*os.Process) error  { return errors.ErrUnsupported }
func resumeProcess(*os.Process) error { return errors.ErrUnsupported }

// terminateProcess does nothing: the child ends when its input does.
func terminateProcess(*os.Process) error { return nil }
