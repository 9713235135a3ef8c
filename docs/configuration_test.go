package docs

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"

	"shiming/config"
	"shiming/e2e/files"
)

// TestConfigYAMLHasEveryKey: the file that people edit names every key, and with its default.
func TestConfigYAMLHasEveryKey(t *testing.T) {
	k := koanf.New(".")
	if err := k.Load(file.Provider(files.Path(t, "config.yaml")), yaml.Parser()); err != nil {
		t.Fatal(err)
	}
	defaults, shown := map[string]string{}, map[string]string{}
	for _, s := range config.Settings {
		defaults[s.Path], shown[s.Path] = s.Default, s.Default
		if !k.Exists(s.Path) {
			t.Errorf("config.yaml lacks %s", s.Path)
		}
	}
	if problems, whole := config.ReadFile(files.Path(t, "config.yaml"), shown); !whole || len(problems) > 0 {
		t.Error(problems)
	}
	if !maps.Equal(defaults, shown) {
		for path, def := range defaults {
			if shown[path] != def {
				t.Errorf("config.yaml: %s is %q, the default is %q", path, shown[path], def)
			}
		}
	}
}

// TestConfigurationPagesListEveryKey: both pages have a row for each key, with its default, and no other row.
func TestConfigurationPagesListEveryKey(t *testing.T) {
	for _, name := range pair("docs/configuration.md") {
		t.Run(name, func(t *testing.T) {
			defaults := map[string]string{}
			for _, row := range rows(files.Read(t, name)) {
				if key, ok := onlyCode(row[0]); ok {
					defaults[key] = row[1]
				}
			}
			for _, s := range config.Settings {
				want := "–"
				if s.Default != "" {
					want = "`" + s.Default + "`"
				}
				if got, there := defaults[s.Path]; got != want {
					t.Errorf("%s: got the default %q (a row: %t), want %q", s.Path, got, there, want)
				}
				delete(defaults, s.Path)
			}
			if len(defaults) > 0 {
				t.Errorf("got rows for %v, want none: there are no such keys", slices.Sorted(maps.Keys(defaults)))
			}
		})
	}
}

// TestLeastConfiguration: what both READMEs show as the least is enough.
func TestLeastConfiguration(t *testing.T) {
	for _, name := range readmes {
		t.Run(name, func(t *testing.T) {
			var least strings.Builder
			for line := range strings.Lines(files.Read(t, name)) {
				if regexp.MustCompile(`^ {7}\w+: +\{`).MatchString(line) {
					least.WriteString(strings.TrimPrefix(line, "       "))
				}
			}
			text := strings.Replace(least.String(), "ou_…, ou_…", "ou_a, ou_b", 1)
			text = strings.ReplaceAll(text, "…", `"1"`)
			path := files.WriteTemp(t, "config.yaml", text)
			if _, err := config.Load(path, nil); err != nil {
				t.Errorf("got %v, want no mistake in\n%s", err, text)
			}
		})
	}
}
