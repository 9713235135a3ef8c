package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/knadh/koanf/parsers/yaml"
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

// setFiles records agreement.files: a list, or YAML of a list in a text, which is how a variable holds one.
func (l *loader) setFiles(value any) {
	list, ok := value.([]any)
	if text, is := value.(string); is {
		list, ok = listOf(text)
	}
	if !ok {
		l.wrong(agreementFiles, NotFiles)
		return
	}
	entries := make([]any, len(list))
	for i, v := range list {
		entry, ok := v.(map[string]any)
		if !ok {
			l.wrong(agreementFiles, NotFiles)
			return
		}
		entries[i] = l.entry(entryPath(i), entry)
	}
	_ = l.values.Set(agreementFiles, entries) // fails only with koanf's option StrictMerge
}

// entry returns the values of an entry without those that are wrong. Evidence quotes title and version to the letter,
// and what YAML has read as a number or a date is not what stands in the file: 1.10 is 1.1, 0701 is 449.
func (l *loader) entry(path string, values map[string]any) map[string]any {
	texts := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		value := values[key]
		switch _, isText := value.(string); {
		case !slices.Contains(entryKeys, key):
			l.wrong(path+"."+key, UnknownKey)
		case isText:
			texts[key] = value
		case value != nil:
			l.wrong(path+"."+key, NotText)
		}
	}
	return texts
}

// listOf parses a list in YAML. A text without anything is the empty list.
func listOf(text string) (list []any, ok bool) {
	if strings.TrimSpace(text) == "" {
		return nil, true
	}
	// The parser wants a map. Every line is indented, since a list over many lines stands below its key.
	in, err := yaml.Parser().Unmarshal([]byte("list:\n " + strings.ReplaceAll(text, "\n", "\n ")))
	if err != nil {
		return nil, false
	}
	list, ok = in["list"].([]any)
	return list, ok
}
