package config

import (
	"maps"
	"slices"
	"strings"
)

// Environ is configuration keys as variables of the environment, in the order of the keys: SHIMING_FEISHU_APP_ID=….
func Environ(settings map[string]string) []string {
	var env []string
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		env = append(env, EnvName(key)+"="+settings[key])
	}
	return env
}

// fileSuffix ends the name of a variable that names a file with the value.
const fileSuffix = "_FILE"

// EnvName is the variable of the environment that sets a key: SHIMING_FEISHU_APP_ID for feishu.app_id.
func EnvName(key string) string {
	return "SHIMING_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// WithoutOwnVariables leaves out the variables that name keys of ours: somebody's real configuration has no place in a
// demonstration.
func WithoutOwnVariables(environ []string) []string {
	ours := map[string]bool{}
	for _, s := range Settings {
		ours[EnvName(s.Path)] = true
		ours[EnvName(s.Path)+fileSuffix] = true
	}
	return slices.DeleteFunc(slices.Clone(environ), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return ours[name]
	})
}
