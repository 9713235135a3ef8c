// Command size builds the program as it is released and lists its size by module:
//
//	go run ./bench/size [--check]
//
// A released program has no symbols, so the command builds a second one with symbols. The size of each symbol that is
// stored in the file (not memory that starts as zero) is added to the module of its package. The rest belongs to the
// runtime: the table of functions and lines, types and strings. Linux only, because it reads ELF.
package main

import (
	"context"
	"debug/buildinfo"
	"debug/elf"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"shiming/bench/harness"
)

type command struct {
	Top int    `help:"How many modules are listed." default:"15"`
	Out string `help:"File to which the run is added; default bench/results/size.jsonl." type:"path"`

	Check bool `help:"Add no run; fail if the program's size is more than 5 % off that of the last one."`
}

func main() { harness.Main(&command{}, "What weighs in the program.") }

// Names for symbols outside of modules.
const (
	standard  = "std"
	lineTable = "pclntab"
	others    = "types-and-strings"
)

// Measure implements the command of harness.Main.
func (c *command) Measure(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "shiming-size-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	released, symbols := filepath.Join(dir, "released"), filepath.Join(dir, "symbols")
	if err := build(ctx, released, "-ldflags=-s -w"); err != nil {
		return err
	}
	info, err := os.Stat(released)
	if err != nil {
		return err
	}
	total, rest := mb(info.Size()), mb(info.Size())
	if c.Check {
		return check(total)
	}
	if err := build(ctx, symbols); err != nil {
		return err
	}
	modules, err := weigh(symbols)
	if err != nil {
		return err
	}
	result := harness.NewResult(ctx)
	result.Add("program", "MB", total)
	names := slices.SortedFunc(maps.Keys(modules), func(a, b string) int { return int(modules[b] - modules[a]) })
	for _, name := range names {
		rest -= mb(modules[name])
	}
	fmt.Printf("%.1f MB in all, %d modules\n", total, len(names))
	line := func(name string, size float64) {
		fmt.Printf("%6.2f MB %5.1f %%  %s %s\n", size, 100*size/total, harness.Bar(size, total/2, 30), name)
		result.Add(name, "MB", size)
		result.Add(name+"/share", "%", 100*size/total)
	}
	line(others, rest)
	for _, name := range names[:min(c.Top, len(names))] {
		line(name, mb(modules[name]))
	}
	return result.Append(c.Out, "size")
}

// check compares the program's size with the last run in the results.
func check(total float64) error {
	raw, err := os.ReadFile(filepath.Join("bench", "results", "size.jsonl"))
	if err != nil {
		return err
	}
	all, err := harness.Parse(string(raw))
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return errors.New("no run in the results")
	}
	last := all[len(all)-1].Figures["program"].Median
	if total < 0.95*last || total > 1.05*last {
		return fmt.Errorf("got %.1f MB, want %.1f MB, give or take 5 %%; run go run ./bench/size, and put its figures into "+
			"both READMEs and docs/dependencies*.md", total, last)
	}
	fmt.Printf("%.1f MB; the last run had %.1f MB\n", total, last)
	return nil
}

func mb(bytes int64) float64 { return float64(bytes) / 1e6 }

// build builds the program with the flags of the Makefile and additional ones.
func build(ctx context.Context, file string, more ...string) error {
	args := append([]string{"build", "-trimpath", "-tags", "nomsgpack", "-o", file}, more...)
	cmd := exec.CommandContext(ctx, "go", append(args, "shiming")...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}

// weigh adds up the symbols of a program by module.
func weigh(file string) (map[string]int64, error) {
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		return nil, err
	}
	known := []string{info.Main.Path}
	for _, m := range info.Deps {
		known = append(known, m.Path)
	}
	// The longest path comes first, because a module may be below another one.
	slices.SortFunc(known, func(a, b string) int { return len(b) - len(a) })
	program, err := elf.Open(file)
	if err != nil {
		return nil, err
	}
	defer program.Close() //nolint:errcheck // only reads
	all, err := program.Symbols()
	if err != nil {
		return nil, err
	}
	sizes := map[string]int64{}
	if s := program.Section(".gopclntab"); s != nil {
		sizes[lineTable] = int64(s.Size)
	}
	for _, s := range all {
		if int(s.Section) >= len(program.Sections) || program.Sections[s.Section].Type == elf.SHT_NOBITS {
			continue
		}
		if name := moduleOf(s.Name, known); name != others {
			sizes[name] += int64(s.Size)
		}
	}
	return sizes, nil
}

// moduleOf returns the module of a symbol, such as github.com/a/b for github.com/a/b/c.(*T).Method, standard, or
// others.
func moduleOf(symbol string, known []string) string {
	symbol = strings.TrimPrefix(symbol, "type:.eq.")
	symbol = strings.TrimPrefix(symbol, "go:itab.*")
	if name, _, found := strings.Cut(symbol, "["); found {
		symbol = name // type arguments belong to other packages
	}
	if strings.Contains(symbol, ":") || !strings.Contains(symbol, ".") {
		return others
	}
	// In a symbol the dots of a path's last element are escaped.
	path := strings.ReplaceAll(symbol, "%2e", ".")
	for _, m := range known {
		if rest, ok := strings.CutPrefix(path, m); ok && (rest == "" || rest[0] == '/' || rest[0] == '.') {
			return m
		}
	}
	return standard
}
