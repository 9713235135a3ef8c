//go:build !unix

package child

import (
	"errors"
	"os"
	"syscall"
)

// CanPause reports whether this system can stop and continue a process.
const CanPause = false

func attributes() *syscall.SysProcAttr { return nil }

func pause(*os.Process) error  { return errors.ErrUnsupported }
func resume(*os.Process) error { return errors.ErrUnsupported }

// terminate is not supported here. Closing the child's standard input ends it instead.
func terminate(*os.Process) error { return errors.ErrUnsupported }
