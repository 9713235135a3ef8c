package config

import (
	"maps"
	"slices"
	"strings"
)

// Environ returns settings as environment variables (SHIMING_FEISHU_APP_ID=…), sorted by key.
func Environ(settings map[string]string) []string {
	var env []string
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		env = append(env, EnvName(key)+"="+settings[key])
	}
	return env
}

// fileSuffix is the suffix of a variable that contains the path of a file with the value.
const fileSuffix = "_FILE"

// EnvName returns the environment variable of a key: SHIMING_FEISHU_APP_ID for feishu.app_id.
func EnvName(key string) string {
	return "SHIMING_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// WithoutOwnVariables returns environ without the variables of configuration keys, so that a demonstration does not use
// the real configuration of a user.
func WithoutOwnVariables(environ []string) []string {
	own := map[string]bool{}
	for _, s := range Settings {
		own[EnvName(s.Path)] = true
		own[EnvName(s.Path)+fileSuffix] = true
	}
	return slices.DeleteFunc(slices.Clone(environ), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return own[name]
	})
}
