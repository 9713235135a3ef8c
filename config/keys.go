package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Setting is one key of config.yaml.
type Setting struct {
	Path    string // dotted path
	Default string // default value as text of config.yaml
}

// Settings lists the keys in the order of Config. Every other key is a mistake.
var Settings = settingsOf(reflect.ValueOf(Defaults()), "")

// settingsOf returns the keys of a section. prefix is the path of the section with a trailing dot.
func settingsOf(section reflect.Value, prefix string) (all []Setting) {
	for field, value := range section.Fields() {
		key := field.Tag.Get(tagName)
		switch {
		case key == "":
		case value.Kind() == reflect.Struct:
			all = append(all, settingsOf(value, prefix+key+".")...)
		default:
			all = append(all, Setting{prefix + key, format(value)})
		}
	}
	return all
}

// format returns a value as text of config.yaml.
func format(v reflect.Value) string {
	if d, ok := v.Interface().(time.Duration); ok {
		return withoutZeros(withoutZeros(d.String(), "m0s"), "h0m")
	}
	if v.Kind() == reflect.Bool {
		return strconv.FormatBool(v.Bool())
	}
	if v.CanFloat() {
		return strconv.FormatFloat(v.Float(), 'f', -1, 64)
	}
	if v.CanInt() {
		return strconv.FormatInt(v.Int(), 10)
	}
	if v.Kind() == reflect.Slice {
		items := make([]string, v.Len())
		for i := range items {
			items[i] = fmt.Sprint(v.Index(i).Interface())
		}
		return strings.Join(items, ",")
	}
	return v.String() // fmt would mask a secret
}

// withoutZeros removes zero seconds or zero minutes: suffix is "m0s" or "h0m".
func withoutZeros(duration, suffix string) string {
	if strings.HasSuffix(duration, suffix) {
		return duration[:len(duration)-len("0s")]
	}
	return duration
}

// isKey reports whether path is the path of a key.
func isKey(path string) bool {
	return slices.ContainsFunc(Settings, func(s Setting) bool { return s.Path == path })
}
