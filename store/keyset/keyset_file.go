package keyset

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// FileError describes a problem with a keyset file. A missing file is fs.ErrNotExist; a file that
// would be overwritten is fs.ErrExist.
type FileError struct {
	Path   string
	Reason string
	Err    error
}

func (e *FileError) Error() string { return fmt.Sprintf("store: keyset %s: %s", e.Path, e.Reason) }

// Unwrap returns the operating system's error, a *ModeError, or nil.
func (e *FileError) Unwrap() error { return e.Err }

// ModeError means that users other than its owner may read a keyset file.
type ModeError struct{ Mode os.FileMode }

func (e *ModeError) Error() string {
	return fmt.Sprintf("mode is %#o, others may read it; chmod 600", e.Mode)
}

// Load reads a keyset file. It refuses a file that anybody but its owner may read. If the file
// belongs to another user, its group may read it: an orchestrator passes a secret to an
// unprivileged process in this way.
func Load(path string) (*Keyset, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, &FileError{path, withoutPath(err), err}
	}
	if !info.Mode().IsRegular() {
		return nil, &FileError{path, "not a regular file", nil}
	}
	forbidden := os.FileMode(0o077)
	if ownedByOther(info) {
		forbidden = 0o037
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&forbidden != 0 {
		tooOpen := &ModeError{mode}
		return nil, &FileError{path, tooOpen.Error(), tooOpen}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, &FileError{path, withoutPath(err), err}
	}
	k, err := decode(raw)
	if err != nil {
		return nil, &FileError{path, err.Error(), nil}
	}
	return k, nil
}

// Write writes a new keyset file with mode 0600. It never overwrites a file, because a database is
// lost without its keyset.
func Write(path string, k *Keyset) error {
	raw, err := k.encode()
	if err != nil {
		return &FileError{path, "cannot be encoded", err}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return &FileError{path, withoutPath(err), err}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return &FileError{path, withoutPath(err), err}
	}
	_, err = f.Write(raw)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return &FileError{path, withoutPath(err), errors.Join(err, os.Remove(path))}
	}
	return nil
}

// withoutPath returns the text of an operating system's error without the path, which FileError
// names already.
func withoutPath(err error) string {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
