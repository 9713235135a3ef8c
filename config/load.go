package config

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
)

// LoadForStore reads a configuration for commands that need the database and nothing else: what
// is wrong with other keys is serve's to report.
func LoadForStore(path string) (Config, error) {
	values := map[string]string{}
	for _, s := range Settings {
		values[s.Path] = s.Default
	}
	problems, whole := ReadFile(path, values)
	if !whole {
		return Config{}, &Error{problems}
	}
	ReadEnviron(os.Environ(), values)
	c, _ := parse(values)
	return c, nil
}

// Load reads defaults, then the file, then the environment: SHIMING_ + path in
// capitals with _ for each dot, or the same with _FILE for a file that holds the value.
// All mistakes are reported at once.
func Load(path string, environ []string) (Config, error) {
	var problems []string
	values := map[string]string{}
	for _, s := range Settings {
		values[s.Path] = s.Default
	}
	if path != "" {
		more, whole := ReadFile(path, values)
		if !whole { // nothing else could be said about it
			return Config{}, &Error{more}
		}
		problems = append(problems, more...)
	}
	problems = append(problems, ReadEnviron(environ, values)...)
	c, more := parse(values)
	problems = append(problems, more...)
	if len(problems) > 0 {
		return Config{}, &Error{problems}
	}
	return c, nil
}

// FromValues builds a configuration from dotted paths and values; what is missing has its default.
func FromValues(values map[string]string) (Config, error) {
	all := map[string]string{}
	for _, s := range Settings {
		all[s.Path] = s.Default
	}
	var problems []string
	for path, v := range values {
		if _, known := all[path]; !known {
			problems = append(problems, path+": no such key")
		}
		all[path] = v
	}
	c, more := parse(all)
	if problems = append(problems, more...); len(problems) > 0 {
		return Config{}, &Error{problems}
	}
	return c, nil
}

// ReadFile overrides values from the file. whole is false when it could not be read at all.
func ReadFile(path string, values map[string]string) (problems []string, whole bool) {
	k := koanf.New(".")
	if err := k.Load(file.Provider(path), yaml.Parser()); err != nil {
		var perr *os.PathError
		if errors.As(err, &perr) {
			return []string{path + ": " + perr.Err.Error()}, false
		}
		return []string{path + ": not valid YAML: " + where(err)}, false
	}
	keys := k.Keys()
	slices.Sort(keys)
	for _, key := range keys {
		if _, known := values[key]; !known {
			problems = append(problems, key+": no such key"+suggestion(key))
			continue
		}
		switch v := k.Get(key).(type) {
		case nil:
		case []any:
			list := make([]string, len(v))
			for i := range v {
				list[i] = fmt.Sprint(v[i])
			}
			values[key] = strings.Join(list, ",")
		case map[string]any:
			problems = append(problems, key+": want a value, not a section")
		default:
			values[key] = fmt.Sprint(v)
		}
	}
	return problems, true
}

// where keeps of a parser's message only the lines that it names: the rest may quote the
// file, which may hold secrets.
func where(err error) string {
	lines := regexp.MustCompile(`line \d+`).FindAllString(err.Error(), 3)
	if len(lines) == 0 {
		return "it cannot be parsed"
	}
	return "see " + strings.Join(lines, ", ")
}

// suggestion names a known key with the same last part.
func suggestion(key string) string {
	last := key[strings.LastIndex(key, ".")+1:]
	for _, s := range Settings {
		if strings.HasSuffix(s.Path, "."+last) {
			return " (did you mean " + s.Path + "?)"
		}
	}
	return ""
}

// ReadEnviron overrides values from the environment. Variables that name no key are left
// alone: Kubernetes puts some with this prefix there by itself.
func ReadEnviron(environ []string, values map[string]string) (problems []string) {
	env := map[string]string{}
	for _, kv := range environ {
		if name, v, ok := strings.Cut(kv, "="); ok && strings.HasPrefix(name, "SHIMING_") {
			env[name] = v
		}
	}
	for _, s := range Settings {
		name := EnvName(s.Path)
		if v, ok := env[name]; ok {
			values[s.Path] = v
		}
		if f, ok := env[name+"_FILE"]; ok {
			raw, err := os.ReadFile(f)
			if err != nil {
				problems = append(problems, s.Path+": "+name+"_FILE cannot be read")
				continue
			}
			values[s.Path] = strings.TrimRight(string(raw), "\r\n")
		}
	}
	return problems
}

func parse(values map[string]string) (c Config, problems []string) {
	wrong := map[string]bool{}
	for _, s := range Settings {
		if err := s.set(&c, values[s.Path]); err != nil {
			problems = append(problems, s.Path+": "+err.Error())
			wrong[s.Path] = true
		}
	}
	for _, p := range c.check() {
		if path, _, _ := strings.Cut(p, ":"); !wrong[path] { // one word about a key is enough
			problems = append(problems, p)
		}
	}
	return c, problems
}
