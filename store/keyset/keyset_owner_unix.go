//go:build unix

package keyset

import (
	"io/fs"
	"os"
	"syscall"
)

// ownedByOther reports whether the file belongs to another user than the process runs as.
func ownedByOther(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) != os.Geteuid()
}
