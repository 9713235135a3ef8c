package store

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCheckDiskSpace(t *testing.T) {
	dir := t.TempDir()
	if err := checkDiskSpace(dir); err != nil {
		t.Error(err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("files left: %v (%v), want none", left, err)
	}
	gone := filepath.Join(dir, "gone")
	if err := checkDiskSpace(gone); err == nil || strings.Contains(err.Error(), dir) {
		t.Errorf("without a directory: %v, want an error without the path", err)
	}
}
