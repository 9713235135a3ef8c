package config

import (
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

const agreementFiles = "agreement.files"

// entryPath returns the path of an entry of agreement.files.
func entryPath(i int) string { return fmt.Sprintf("%s[%d]", agreementFiles, i) }

// entryKeys are the keys of an entry.
var entryKeys = func() (keys []string) {
	for field := range reflect.TypeFor[AgreementFile]().Fields() {
		if key := field.Tag.Get(tagName); key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}()

// setFiles records agreement.files from the entries as they are written. Evidence quotes title and version to the
// letter, and a scalar that YAML reads as a number or a date is not what stands there any more: 1.10 is 1.1, 0701 is
// 449.
func (l *loader) setFiles(list []map[string]yaml.Node) {
	entries := make([]any, len(list))
	for i, entry := range list {
		entries[i] = l.entry(entryPath(i), entry)
	}
	_ = l.values.Set(agreementFiles, entries) // fails only with koanf's option StrictMerge
}

// setFilesText records agreement.files from YAML in a text.
func (l *loader) setFilesText(value any) {
	text, _ := value.(string)
	list, ok := filesOf(text)
	if !ok {
		l.wrong(agreementFiles, NotFiles)
		return
	}
	l.setFiles(list)
}

// readFiles records agreement.files of a configuration file.
func (l *loader) readFiles(path string) error {
	doc, err := os.ReadFile(path)
	if err != nil {
		return &Error{[]Mistake{unreadable(path, err)}}
	}
	list, ok := filesIn(doc)
	if !ok {
		l.wrong(agreementFiles, NotFiles)
		return nil
	}
	l.setFiles(list)
	return nil
}

// entry returns the texts of an entry without those that are wrong.
func (l *loader) entry(path string, values map[string]yaml.Node) map[string]any {
	texts := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		value := values[key]
		for value.Kind == yaml.AliasNode {
			value = *value.Alias
		}
		switch {
		case !slices.Contains(entryKeys, key):
			l.wrong(path+"."+key, UnknownKey)
		case value.Kind != yaml.ScalarNode:
			l.wrong(path+"."+key, NotText)
		case value.Tag != "!!null":
			texts[key] = value.Value
		}
	}
	return texts
}

// filesIn returns the entries of agreement.files in a document.
func filesIn(doc []byte) (list []map[string]yaml.Node, ok bool) {
	var in struct {
		Agreement struct {
			Files []map[string]yaml.Node `yaml:"files"`
		} `yaml:"agreement"`
	}
	err := yaml.Unmarshal(doc, &in)
	return in.Agreement.Files, err == nil
}

// filesOf parses a list in YAML, which is how a variable holds one. A text without anything is the empty list.
func filesOf(text string) (list []map[string]yaml.Node, ok bool) {
	if strings.TrimSpace(text) == "" {
		return nil, true
	}
	// The parser wants a map. Every line is indented, since a list over many lines stands below its key.
	var in struct {
		List []map[string]yaml.Node `yaml:"list"`
	}
	err := yaml.Unmarshal([]byte("list:\n "+strings.ReplaceAll(text, "\n", "\n ")), &in)
	return in.List, err == nil
}
