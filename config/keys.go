package config

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Setting is one key of config.yaml.
type Setting struct {
	Path    string // dotted
	Default string // as it may be written there
}

// Settings lists the keys in the order of Config. A key that is not here is an error.
var Settings = settingsOf(reflect.ValueOf(Defaults()), "")

// settingsOf lists the keys of a section; prefix is the path of the section and a dot.
func settingsOf(section reflect.Value, prefix string) (all []Setting) {
	for field, value := range section.Fields() {
		key := field.Tag.Get(tagName)
		switch {
		case key == "":
		case value.Kind() == reflect.Struct:
			all = append(all, settingsOf(value, prefix+key+".")...)
		default:
			all = append(all, Setting{prefix + key, written(value)})
		}
	}
	return all
}

// written is a value as config.yaml may have it.
func written(v reflect.Value) string {
	if d, ok := v.Interface().(time.Duration); ok {
		return shortened(shortened(d.String(), "m0s"), "h0m")
	}
	if v.CanInt() {
		return strconv.FormatInt(v.Int(), 10)
	}
	if v.Kind() == reflect.Slice {
		return strings.Join(v.Interface().([]string), ",")
	}
	return v.String() // of secrets too, which fmt would hide
}

// shortened leaves out that there are no seconds, or no minutes.
func shortened(duration, end string) string {
	if strings.HasSuffix(duration, end) {
		return duration[:len(duration)-len("0s")]
	}
	return duration
}

// isKey reports whether there is such a key.
func isKey(path string) bool {
	return slices.ContainsFunc(Settings, func(s Setting) bool { return s.Path == path })
}
