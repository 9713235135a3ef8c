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

// PeakMemory returns the largest resident set of a process so far, in bytes (Linux only: VmHWM in /proc/PID/status).
func PeakMemory(pid int) (int64, error) { return memory(pid, "VmHWM:") }

// Memory returns the present resident set of a process, in bytes (VmRSS).
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
