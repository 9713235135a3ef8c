package config

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
)

// Load reads defaults, then the file unless path is empty, then the environment: SHIMING_ + path in capitals with _
// for each dot, or the same with _FILE for a file that holds the value. The error is an *Error with all mistakes.
func Load(path string, environ []string) (Config, error) {
	l := newLoader()
	if path != "" {
		if err := l.readFile(path); err != nil {
			return Config{}, err // nothing else could be said about it
		}
	}
	l.readEnviron(environ)
	return l.config()
}

// LoadUnchecked is Load for commands that need a few keys only: what is wrong with others is serve's to report. A
// value that cannot be used leaves the default. The error is an *Error that says why the file cannot be read; the
// configuration is then that of the environment.
func LoadUnchecked(path string, environ []string) (Config, error) {
	l := newLoader()
	err := l.readFile(path)
	l.readEnviron(environ)
	c, _ := decode(l.values)
	return c, err
}

// FromValues builds a configuration from dotted paths and values; what is missing has its default.
func FromValues(values map[string]string) (Config, error) {
	l := newLoader()
	for _, path := range slices.Sorted(maps.Keys(values)) {
		l.set(path, values[path])
	}
	return l.config()
}

// loader gathers the values of keys, of which a later one replaces an earlier one, and what is wrong with them.
type loader struct {
	values   *koanf.Koanf
	mistakes []Mistake
}

func newLoader() *loader { return &loader{values: koanf.New(".")} }

func (l *loader) wrong(path string, code Code, args ...string) {
	l.mistakes = append(l.mistakes, Mistake{path, code, args})
}

// config decodes what was gathered and checks it.
func (l *loader) config() (Config, error) {
	c, undecoded := decode(l.values)
	all := slices.Concat(l.mistakes, undecoded, validate(&c, undecoded))
	if len(all) > 0 {
		return Config{}, &Error{all}
	}
	return c, nil
}

// set takes a value from YAML or a string. nil leaves what there is.
func (l *loader) set(path string, value any) {
	_, isSection := value.(map[string]any)
	switch {
	case !isKey(path):
		l.unknown(path)
	case isSection:
		l.wrong(path, NotSection)
	case value != nil:
		_ = l.values.Set(path, value) // fails only in a strict koanf
	}
}

// unknown reports a key that there is not, and names one with the same last part.
func (l *loader) unknown(path string) {
	last := path[strings.LastIndex(path, ".")+1:]
	for _, s := range Settings {
		if strings.HasSuffix(s.Path, "."+last) {
			l.wrong(path, MisplacedKey, s.Path)
			return
		}
	}
	l.wrong(path, UnknownKey)
}

// readFile takes the values of a file. The error is an *Error and says that it cannot be read at all.
func (l *loader) readFile(path string) error {
	k := koanf.New(".")
	if err := k.Load(file.Provider(path), yaml.Parser()); err != nil {
		return &Error{[]Mistake{unreadable(path, err)}}
	}
	for _, key := range k.Keys() {
		l.set(key, k.Get(key))
	}
	return nil
}

// unreadable says why a file cannot be read.
func unreadable(path string, err error) Mistake {
	system, ok := errors.AsType[*fs.PathError](err)
	switch {
	case !ok:
		return notYAML(path, err)
	case errors.Is(err, fs.ErrNotExist):
		return Mistake{Path: path, Code: FileMissing}
	case errors.Is(err, fs.ErrPermission):
		return Mistake{Path: path, Code: FileDenied}
	}
	return Mistake{path, FileUnreadable, []string{system.Err.Error()}}
}

// notYAML keeps of a parser's message only the lines that it names: the rest may quote the file, which may hold
// secrets.
func notYAML(path string, err error) Mistake {
	lines := regexp.MustCompile(`line \d+`).FindAllString(err.Error(), 3)
	if len(lines) == 0 {
		return Mistake{Path: path, Code: NotYAML}
	}
	return Mistake{path, NotYAMLAt, []string{strings.Join(lines, ", ")}}
}

// readEnviron takes the values of variables. Those that name no key are left alone: Kubernetes puts some with this
// prefix there by itself. (koanf's own provider would make keys of them, and cannot tell the _ of a dot from that of
// a key.)
func (l *loader) readEnviron(environ []string) {
	env := map[string]string{}
	for _, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		env[name] = value
	}
	for _, s := range Settings {
		name := EnvName(s.Path)
		if value, ok := env[name]; ok {
			l.set(s.Path, value)
		}
		path, ok := env[name+fileSuffix]
		if !ok {
			continue
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			l.wrong(s.Path, UnreadableVariable, name+fileSuffix)
			continue
		}
		l.set(s.Path, strings.TrimRight(string(raw), "\r\n"))
	}
}
