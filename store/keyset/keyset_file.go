package keyset

import (
	"errors"
	"fmt"
	"io/fs"
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

// Load reads a keyset file whose keys are in clear; see LoadWrapped.
func Load(path string) (*Keyset, error) { return LoadWrapped(path, nil) }

// LoadWrapped reads a keyset file. It refuses a file that anybody but its owner may read. If the file
// belongs to another user, its group may read it: an orchestrator passes a secret to an
// unprivileged process in this way. Keys that are not wrapped yet are read as they are.
func LoadWrapped(path string, wrapping *Wrapping) (*Keyset, error) {
	raw, info, err := readFile(path)
	if err != nil {
		return nil, err
	}
	k, wrapped, err := decode(raw, wrapping)
	if err != nil {
		return nil, &FileError{path, err.Error(), err}
	}
	k.file = source{path: path, wrapping: wrapping, wrapped: wrapped, stat: statOf(info)}
	return k, nil
}

func readFile(path string) ([]byte, os.FileInfo, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, &FileError{path, withoutPath(err), err}
	}
	if !info.Mode().IsRegular() {
		return nil, nil, &FileError{path, "not a regular file", nil}
	}
	forbidden := os.FileMode(0o077)
	if ownedByOther(info) {
		forbidden = 0o037
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&forbidden != 0 {
		tooOpen := &ModeError{mode}
		return nil, nil, &FileError{path, tooOpen.Error(), tooOpen}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, &FileError{path, withoutPath(err), err}
	}
	return raw, info, nil
}

// Write writes a new keyset file with mode 0600, with the keys in clear; see WriteWrapped.
func Write(path string, k *Keyset) error { return WriteWrapped(path, k, nil) }

// WriteWrapped writes a new keyset file with mode 0600. It never overwrites a file, because a database is
// lost without its keyset. wrapping may be nil.
func WriteWrapped(path string, k *Keyset, wrapping *Wrapping) error {
	raw, err := k.encode(wrapping)
	if err != nil {
		return &FileError{path, "cannot be encoded: " + err.Error(), err}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return &FileError{path, withoutPath(err), err}
	}
	return writeNew(path, raw)
}

// writeNew writes a file that must not exist, durably.
func writeNew(path string, raw []byte) error {
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

// Replace puts a keyset in place of the one in the file, in one step: whoever reads meanwhile, or after a crash, finds
// the old content or the new one. The new file has the owner of the old one. wrapping may be nil.
func Replace(path string, k *Keyset, wrapping *Wrapping) error {
	info, err := os.Stat(path)
	if err != nil {
		return &FileError{path, withoutPath(err), err}
	}
	raw, err := k.encode(wrapping)
	if err != nil {
		return &FileError{path, "cannot be encoded: " + err.Error(), err}
	}
	part := path + ".new"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) { // of a process that died
		return &FileError{path, withoutPath(err), err}
	}
	if err := writeNew(part, raw); err != nil {
		return err
	}
	err = keepOwner(part, info)
	if err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		return &FileError{path, withoutPath(err), errors.Join(err, os.Remove(part))}
	}
	syncDir(filepath.Dir(path))
	return nil
}

// syncDir flushes a renamed directory entry to the disk, where the system can.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync() // not every system can
		_ = d.Close()
	}
}

// withoutPath returns the text of an operating system's error without the path, which FileError
// names already.
func withoutPath(err error) string {
	if p, ok := errors.AsType[*os.PathError](err); ok {
		return p.Err.Error()
	}
	if l, ok := errors.AsType[*os.LinkError](err); ok {
		return l.Err.Error()
	}
	return err.Error()
}
