package docs

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"shiming/cmd"
	"shiming/e2e/files"
	"shiming/flows"
)

// TestCommandPagesListEveryFlag checks that both pages have a row for each command with its arguments and flags, and
// no others.
func TestCommandPagesListEveryFlag(t *testing.T) {
	model, err := cmd.Model()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{}
	for _, c := range model.Leaves(true) {
		want[strings.TrimPrefix(c.FullPath(), "shiming ")] = wordsOf(c)
	}
	word := regexp.MustCompile(`(?m)--[a-z-]+|\b[A-Z]{2,}$`) // a flag or an argument
	for _, name := range pair("docs/commands.md") {
		t.Run(name, func(t *testing.T) {
			got := map[string][]string{}
			text := files.Between(t, files.Read(t, name), "<!-- commands:begin -->", "<!-- commands:end -->")
			for _, row := range rows(text) {
				usage, ok := onlyCode(row[0])
				if !ok {
					continue // the head of the table
				}
				fields := strings.Fields(usage)
				name, rest := fields[1], fields[2:]
				for want[name] == nil && len(rest) > 0 { // a command of a group
					name, rest = name+" "+rest[0], rest[1:]
				}
				flags := word.FindAllString(strings.Join(cut(rest), "\n"), -1)
				slices.Sort(flags)
				got[name] = flags
			}
			for _, command := range slices.Sorted(maps.Keys(want)) {
				if !slices.Equal(got[command], want[command]) {
					t.Errorf("%s: got %v, want %v", command, got[command], want[command])
				}
				delete(got, command)
			}
			if len(got) > 0 {
				t.Errorf("got rows for %v, want none: there are no such commands", slices.Sorted(maps.Keys(got)))
			}
		})
	}
}

// cut returns the flags and arguments of a usage without the values of the flags.
func cut(fields []string) (out []string) {
	inside := false
	for _, f := range fields {
		if strings.HasPrefix(f, "[") || !inside {
			out = append(out, strings.Trim(f, "[]"))
		}
		inside = (inside || strings.HasPrefix(f, "[")) && !strings.HasSuffix(f, "]")
	}
	return out
}

// wordsOf returns the flags and arguments of a command, sorted.
func wordsOf(c *kong.Node) (out []string) {
	for _, f := range c.Flags {
		switch {
		case f.Name == "help", f.Hidden:
		case f.Tag.Negatable != "":
			out = append(out, "--no-"+f.Name)
		default:
			out = append(out, "--"+f.Name)
		}
	}
	for _, p := range c.Positional {
		out = append(out, strings.ToUpper(p.Name))
	}
	slices.Sort(out)
	return out
}

// TestChatWordsAreUnderstood sends every word of the pages to the bot, and checks that the pages list every word it
// knows.
func TestChatWordsAreUnderstood(t *testing.T) {
	all := map[flows.Command]bool{}
	for _, name := range pair("docs/commands.md") {
		t.Run(name, func(t *testing.T) {
			table := files.Between(t, files.Read(t, name), "<!-- words:begin -->", "<!-- words:end -->")
			for _, row := range rows(table) {
				for _, said := range codes(row[0]) {
					word := flows.ParseCommand(said)
					all[word] = true
					if word == flows.CommandNone {
						t.Errorf("got no word for %q, want one that the bot understands", said)
					}
					if hr := strings.HasPrefix(row[1], "HR"); hr != flows.HRCommands[word] {
						t.Errorf("%q: got a word of HR: %t, want %t", said, hr, flows.HRCommands[word])
					}
				}
			}
		})
	}
	for _, word := range flows.Commands() {
		if !all[word] {
			t.Errorf("got no row for %s, want one", word)
		}
	}
}
