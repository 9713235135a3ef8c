package config

import (
	"slices"
	"strings"
)

// Environ is configuration keys as variables of the environment.
func Environ(settings map[string]string) []string {
	var env []string
	for key, value := range settings {
		env = append(env, EnvName(key)+"="+value)
	}
	return env
}

func EnvName(key string) string {
	return "SHIMING_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// WithoutOwnVariables leaves out the variables that name keys of ours: somebody's real configuration has no place in a demonstration.
func WithoutOwnVariables(environ []string) []string {
	ours := map[string]bool{}
	for _, s := range Settings {
		ours[EnvName(s.Path)], ours[EnvName(s.Path)+"_FILE"] = true, true
	}
	return slices.DeleteFunc(slices.Clone(environ), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return ours[name]
	})
}
