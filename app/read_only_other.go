//go:build !unix

package app

import (
	"errors"
	"io/fs"
)

// cannotWriteThere reports whether a file could not be created because of where it is.
func cannotWriteThere(err error) bool { return errors.Is(err, fs.ErrPermission) }
