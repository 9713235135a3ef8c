//go:build unix

package keyset

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// TestLoadOfOtherOwner: Kubernetes mounts a secret for an unprivileged process with root as owner,
// readable by a group. Load accepts exactly that.
func TestLoadOfOtherOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	path := filepath.Join(t.TempDir(), "keyset.json")
	must(t, Write(path, New()))
	must(t, os.Chown(path, 65532, 65532))
	for mode, accepted := range map[os.FileMode]bool{
		0o400: true,
		0o440: true,
		0o640: true,
		0o444: false,
		0o660: false,
		0o404: false,
		0o450: false,
	} {
		t.Run(fmt.Sprint(mode), func(t *testing.T) {
			must(t, os.Chmod(path, mode))
			if _, err := Load(path); (err == nil) != accepted {
				t.Errorf("mode %#o: %v, want accepted %v", mode, err, accepted)
			}
		})
	}
}
