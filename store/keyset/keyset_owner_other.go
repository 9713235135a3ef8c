//go:build !unix

package keyset

import "io/fs"

// ofAnother is false where modes do not say who may read a file.
func ofAnother(fs.FileInfo) bool { return false }
