package files

import (
	"strings"
	"testing"

	"github.com/knadh/koanf/parsers/yaml"
)

// Documents parses the YAML documents of a file.
func Documents(t testing.TB, path string) (out []map[string]any) {
	t.Helper()
	for i, text := range strings.Split(Read(t, path), "\n---\n") {
		doc, err := yaml.Parser().Unmarshal([]byte(text))
		if err != nil || len(doc) == 0 {
			t.Fatalf("%s, document %d: %v", path, i+1, err)
		}
		out = append(out, doc)
	}
	return out
}

// At follows a path through maps and lists: a string is a key, an int an index. It returns nil if the path does not
// exist.
func At(v any, path ...any) any {
	for _, step := range path {
		switch at := v.(type) {
		case map[string]any:
			key, _ := step.(string)
			v = at[key]
		case []any:
			n, ok := step.(int)
			if !ok || n >= len(at) {
				return nil
			}
			v = at[n]
		default:
			return nil
		}
	}
	return v
}
