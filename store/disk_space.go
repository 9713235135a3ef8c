package store

import (
	"errors"
	"fmt"
	"os"
)

// requiredSpace is how many bytes must fit beside the database: the log of a few transactions.
const requiredSpace = 256 << 10

// checkDiskSpace writes and removes a file beside the database. A full disk shows in no other way
// before a commit. The error does not name the file.
func checkDiskSpace(dir string) error {
	f, err := os.CreateTemp(dir, ".room-*")
	if err != nil {
		return fmt.Errorf("store: no room beside the database: %s", withoutPath(err))
	}
	_, err = f.Write(make([]byte, requiredSpace))
	if err = errors.Join(err, f.Close(), os.Remove(f.Name())); err != nil {
		return fmt.Errorf("store: no room beside the database: %s", withoutPath(err))
	}
	return nil
}
