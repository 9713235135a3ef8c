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

// Load returns the defaults, overridden by the file unless path is empty, overridden by environ. EnvName is the
// variable of a key; the same name with the suffix _FILE is the path of a file with the value. The error is an *Error
// with all mistakes.
func Load(path string, environ []string) (Config, error) {
	l := newLoader()
	if path != "" {
		if err := l.readFile(path); err != nil {
			return Config{}, err // without the file, other mistakes would mislead
		}
	}
	l.readEnviron(environ)
	return l.config()
}

// LoadIncomplete is Load for a command that works with what is there. It returns the mistakes beside the configuration;
// a key with a mistake has its default or the value as it was given. The error is an *Error that says why the file
// cannot be read.
func LoadIncomplete(path string, environ []string) (Config, []Mistake, error) {
	l := newLoader()
	if path != "" {
		if err := l.readFile(path); err != nil {
			return Config{}, nil, err
		}
	}
	l.readEnviron(environ)
	c, mistakes := l.validated()
	return c, mistakes, nil
}

// LoadUnchecked is Load without validation, for commands that need a few keys only. A value that cannot be decoded
// leaves the default. The error is an *Error that says why the file cannot be read; the configuration then contains
// the environment only.
func LoadUnchecked(path string, environ []string) (Config, error) {
	l := newLoader()
	err := l.readFile(path)
	l.readEnviron(environ)
	c, _ := decode(l.values)
	return c, err
}

// FromValues returns the defaults, overridden by values with their dotted paths.
func FromValues(values map[string]string) (Config, error) {
	l := newLoader()
	for _, path := range slices.Sorted(maps.Keys(values)) {
		l.set(path, values[path])
	}
	return l.config()
}

// loader collects values and mistakes. A later value of a key replaces an earlier one.
type loader struct {
	values   *koanf.Koanf
	mistakes []Mistake
}

func newLoader() *loader { return &loader{values: koanf.New(".")} }

func (l *loader) wrong(path string, code Code, args ...string) {
	l.mistakes = append(l.mistakes, Mistake{path, code, args})
}

// config decodes and validates the collected values.
func (l *loader) config() (Config, error) {
	c, all := l.validated()
	if len(all) > 0 {
		return Config{}, &Error{all}
	}
	return c, nil
}

// validated returns the decoded values with all mistakes.
func (l *loader) validated() (Config, []Mistake) {
	c, undecoded := decode(l.values)
	found := slices.Concat(l.mistakes, undecoded)
	return c, append(found, validate(&c, found)...)
}

// set records a value from YAML or a string. A nil value changes nothing.
func (l *loader) set(path string, value any) {
	_, isSection := value.(map[string]any)
	switch {
	case !isKey(path):
		l.unknown(path)
	case isSection:
		l.wrong(path, NotSection)
	case path == agreementFiles:
		l.setFilesText(value)
	case value != nil:
		_ = l.values.Set(path, value) // fails only with koanf's option StrictMerge
	}
}

// unknown records an unknown key as a mistake. It suggests a key with the same last part.
func (l *loader) unknown(path string) {
	if strings.HasPrefix(path, agreementFiles+".") { // one entry where a list is wanted
		if !slices.ContainsFunc(l.mistakes, func(m Mistake) bool { return m.Path == agreementFiles }) {
			l.wrong(agreementFiles, NotFiles)
		}
		return
	}
	last := path[strings.LastIndex(path, ".")+1:]
	for _, s := range Settings {
		if strings.HasSuffix(s.Path, "."+last) {
			l.wrong(path, MisplacedKey, s.Path)
			return
		}
	}
	l.wrong(path, UnknownKey)
}

// readFile records the values of a file. The error is an *Error that says why the file cannot be read.
func (l *loader) readFile(path string) error {
	k := koanf.New(".")
	if err := k.Load(file.Provider(path), yaml.Parser()); err != nil {
		return &Error{[]Mistake{unreadable(path, err)}}
	}
	for _, key := range k.Keys() {
		if key != agreementFiles {
			if onlyFromEnviron[key] && k.String(key) != "" {
				l.wrong(key, SecretInFile, EnvName(key), EnvName(key)+fileSuffix)
			}
			l.set(key, k.Get(key))
		} else if err := l.readFiles(path); err != nil {
			return err
		}
	}
	return nil
}

// unreadable returns the mistake for a configuration that cannot be read.
func unreadable(path string, err error) Mistake {
	if _, ok := errors.AsType[*fs.PathError](err); !ok {
		return notYAML(path, err)
	}
	m := fileMistake(err)
	m.Path = path
	return *m
}

// fileMistake returns the mistake, without a path, for an error of the file system.
func fileMistake(err error) *Mistake {
	switch system, ok := errors.AsType[*fs.PathError](err); {
	case errors.Is(err, fs.ErrNotExist):
		return &Mistake{Code: FileMissing}
	case errors.Is(err, fs.ErrPermission):
		return &Mistake{Code: FileDenied}
	case ok:
		return &Mistake{Code: FileUnreadable, Args: []string{system.Err.Error()}}
	}
	return &Mistake{Code: FileUnreadable, Args: []string{err.Error()}}
}

// notYAML returns the mistake for a file that cannot be parsed. It keeps only the line numbers of the parser's message,
// because the rest may quote a secret in the file.
func notYAML(path string, err error) Mistake {
	lines := regexp.MustCompile(`line \d+`).FindAllString(err.Error(), 3)
	if len(lines) == 0 {
		return Mistake{Path: path, Code: NotYAML}
	}
	return Mistake{path, NotYAMLAt, []string{strings.Join(lines, ", ")}}
}

// readEnviron records the values of environment variables. It ignores a variable without a key, because Kubernetes
// adds some with this prefix. koanf's provider for the environment would treat them as keys, and it cannot
// distinguish a _ in a key from a _ for a dot.
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
