//go:build !unix

package keyset

import "io/fs"

// ownedByOther is false where modes do not say who may read a file.
func ownedByOther(fs.FileInfo) bool { return false }
