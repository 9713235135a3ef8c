//go:build !unix

package keyset

import "io/fs"

// ownedByOther returns false where file modes do not tell who may read a file.
func ownedByOther(fs.FileInfo) bool { return false }

// inode returns nil where files have no numbers.
func inode(fs.FileInfo) any { return nil }

// keepOwner does nothing where files have no owner.
func keepOwner(string, fs.FileInfo) error { return nil }
