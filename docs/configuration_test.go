package docs

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"

	"shiming/config"
	"shiming/e2e/files"
)

// TestConfigYAMLHasEveryKey checks that config.yaml names every key with its default, and no other key.
func TestConfigYAMLHasEveryKey(t *testing.T) {
	k := koanf.New(".")
	if err := k.Load(file.Provider(files.Path(t, "config.yaml")), yaml.Parser()); err != nil {
		t.Fatal(err)
	}
	for _, s := range config.Settings {
		t.Run(s.Path, func(t *testing.T) {
			if !k.Exists(s.Path) {
				t.Fatal("config.yaml lacks it")
			}
			shown := fmt.Sprint(k.Get(s.Path))
			if _, ok := k.Get(s.Path).([]any); ok {
				shown = strings.Join(k.Strings(s.Path), ",")
			}
			if !sameValue(shown, s.Default) {
				t.Errorf("config.yaml: got %q, want the default %q", shown, s.Default)
			}
		})
		k.Delete(s.Path)
	}
	if left := k.Keys(); len(left) > 0 {
		t.Errorf("config.yaml: got %v, which are no keys", left)
	}
}

// sameValue reports whether two values of a key are equal: 60s is 1m.
func sameValue(a, b string) bool {
	long, err := time.ParseDuration(a)
	other, err2 := time.ParseDuration(b)
	return a == b || err == nil && err2 == nil && long == other
}

// TestConfigurationPagesListEveryKey checks that both pages have a row for each key with its default, and no other
// row.
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
				if got, there := defaults[s.Path]; got != want && !sameValue(strings.Trim(got, "`"), s.Default) {
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

// TestLeastConfiguration checks that the minimal configuration of both READMEs is complete.
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
			text = strings.Replace(text, "agreement.txt", files.WriteTemp(t, "agreement.txt", "《数字证书服务协议》"), 1)
			path := files.WriteTemp(t, "config.yaml", text)
			if _, err := config.Load(path, nil); err != nil {
				t.Errorf("got %v, want no mistake in\n%s", err, text)
			}
		})
	}
}

// notKeys are words of the pages that look like keys but are calls, as docs/scenarios.md names them, or a domain.
var notKeys = regexp.MustCompile(
	`^(feishu|esign)\.(token|send|reply|patch|download|ocr|contact|identity|upload|status|evidence)$|^esign\.cn$`)

// TestPagesNameKnownKeys checks that each key and environment variable in a page exists, and that a value after a
// key, as in `timing.photo_grace` (1 h), is its default.
func TestPagesNameKnownKeys(t *testing.T) {
	defaults, variables, sections := map[string]string{}, map[string]bool{}, map[string]bool{}
	for _, s := range config.Settings {
		defaults[s.Path] = s.Default
		variables[config.EnvName(s.Path)] = true
		variables[config.EnvName(s.Path)+"_FILE"] = true
		for at := s.Path; strings.Contains(at, "."); {
			at = at[:strings.LastIndex(at, ".")]
			sections[at] = true
		}
	}
	key := regexp.MustCompile(
		"`([a-z]+\\.[a-z_.]+)(?:: [^`]+)?`(?: ?[(（](\\d+) ?(h|days|min|小时|天|分钟)[)）])?")
	variable := regexp.MustCompile(`\bSHIMING_[A-Z_]*[A-Z]`)
	units := map[string]time.Duration{
		"h":    time.Hour,
		"小时":   time.Hour,
		"days": 24 * time.Hour,
		"天":    24 * time.Hour,
		"min":  time.Minute,
		"分钟":   time.Minute,
	}
	found := 0
	for _, p := range pages(t) {
		for _, name := range p {
			t.Run(name, func(t *testing.T) {
				text := files.Read(t, name)
				for _, m := range key.FindAllStringSubmatch(text, -1) {
					section, _, _ := strings.Cut(m[1], ".")
					if !sections[section] || sections[m[1]] || notKeys.MatchString(m[1]) {
						continue
					}
					found++
					def, known := defaults[m[1]]
					if !known {
						t.Errorf("got the key %s, want one that exists", m[1])
					}
					if m[2] == "" {
						continue
					}
					n, err := strconv.Atoi(m[2])
					if got, _ := time.ParseDuration(def); err != nil || got != time.Duration(n)*units[m[3]] {
						t.Errorf("got %s %s for %s, want the default %s", m[2], m[3], m[1], def)
					}
				}
				for _, v := range variable.FindAllString(text, -1) {
					if !variables[v] {
						t.Errorf("got the variable %s, want one that belongs to a key", v)
					}
				}
			})
		}
	}
	if found < 150 {
		t.Errorf("got %d keys in the pages, want all that they name", found)
	}
}
