package harness

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// PeakMemory is the largest resident set that a process has had, in bytes, where the system
// tells (Linux: VmHWM in /proc/PID/status).
func PeakMemory(pid int) (int64, error) { return memory(pid, "VmHWM:") }

// Memory is the resident set of a process now, in bytes (VmRSS).
func Memory(pid int) (int64, error) { return memory(pid, "VmRSS:") }

func memory(pid int, field string) (int64, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for lines := bufio.NewScanner(bytes.NewReader(raw)); lines.Scan(); {
		if v, is := strings.CutPrefix(lines.Text(), field); is {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(v), " kB"), 10, 64)
			return kb << 10, err
		}
	}
	return 0, errors.New("the system does not tell the memory of a process")
}
