//go:build unix

package app

import (
	"errors"
	"io/fs"
	"syscall"
)

// cannotWriteThere reports whether a file could not be created because of where it is: rights, or a read-only mount.
func cannotWriteThere(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}
