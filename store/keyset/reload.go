package keyset

import (
	"errors"
	"os"
	"time"
)

// source is the file that a keyset was read from.
type source struct {
	path     string
	wrapping *Wrapping
	wrapped  bool // its keys are wrapped
	stat     fileStat
}

// fileStat tells whether a file was replaced.
type fileStat struct {
	modified time.Time
	size     int64
	inode    any // where the system has inodes
}

func statOf(info os.FileInfo) fileStat { return fileStat{info.ModTime(), info.Size(), inode(info)} }

// Path returns the file of the keyset, or "".
func (k *Keyset) Path() string { return k.file.path }

// Wrapped reports whether the keys in the file are wrapped by a key from outside.
func (k *Keyset) Wrapped() bool {
	k.changes.Lock()
	defer k.changes.Unlock()
	return k.file.wrapped
}

// Put puts next in the file of k in place of what it holds, under the same wrapping, and reloads k.
func (k *Keyset) Put(next *Keyset) error {
	if k.file.path == "" {
		return errors.New("store: this keyset has no file")
	}
	if err := Replace(k.file.path, next, k.file.wrapping); err != nil {
		return err
	}
	_, err := k.Reload()
	return err
}

// Reload reads the file again if it was replaced, and takes over its keys at once. The epoch in use stays in use.
// After an error the keyset keeps the keys that it has, and the next Reload tries again. A file without the epoch in
// use is an error.
func (k *Keyset) Reload() (changed bool, err error) {
	used := k.InUse()
	return k.ReloadAndUse(used.Number, used.KeyID)
}

// ReloadAndUse is Reload, and uses the epoch with Tink's id of its key afterwards. It is an error if a replaced file
// does not hold that one.
func (k *Keyset) ReloadAndUse(number int, keyID uint32) (changed bool, err error) {
	k.changes.Lock()
	defer k.changes.Unlock()
	if k.file.path == "" {
		return false, nil
	}
	info, err := os.Stat(k.file.path)
	if err != nil {
		return false, &FileError{k.file.path, withoutPath(err), err}
	}
	if statOf(info) == k.file.stat {
		return false, nil
	}
	fresh, err := LoadWrapped(k.file.path, k.file.wrapping)
	if err != nil {
		return false, err
	}
	next := *fresh.state.Load()
	next.inUse = next.find(number)
	if next.inUse < 0 || next.used().info().KeyID != keyID {
		return false, &FileError{k.file.path, "the keys in use are not in it; restore your copy", nil}
	}
	k.state.Store(&next)
	k.file = fresh.file
	return true, nil
}
