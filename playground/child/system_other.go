//go:build !unix

package child

import (
	"errors"
	"os"
	"syscall"
)

// CanPause: this system knows no stopped processes.
const CanPause = false

func attributes() *syscall.SysProcAttr { return nil }

func pause(*os.Process) error  { return errors.ErrUnsupported }
func resume(*os.Process) error { return errors.ErrUnsupported }

// terminate does nothing: who wants the child to end closes its input.
func terminate(*os.Process) error { return errors.ErrUnsupported }
