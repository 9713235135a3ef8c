package wire

import (
	"encoding/json"
	"strings"
)

// Change is a value of Alter that depends on what stands there.
type Change func(old any) any

// Alter returns JSON in which set stands at its dotted paths; nil takes a field away, and a Change changes one that is
// there. A path goes through each entry of a list, and a missing object on the way leaves the JSON as it is. JSON that
// is no object is returned unchanged.
func Alter(body []byte, set map[string]any) []byte {
	var v map[string]any
	if len(set) == 0 || json.Unmarshal(body, &v) != nil {
		return body
	}
	for path, value := range set {
		put(v, strings.Split(path, "."), value)
	}
	out, err := json.Marshal(v)
	if err != nil {
		return body
	}
	return out
}

func put(in any, path []string, value any) {
	switch in := in.(type) {
	case []any:
		for _, entry := range in {
			put(entry, path, value)
		}
	case map[string]any:
		switch {
		case len(path) > 1:
			put(in[path[0]], path[1:], value)
		case value == nil:
			delete(in, path[0])
		default:
			old, there := in[path[0]]
			if change, ok := value.(Change); ok && there {
				value = change(old)
			} else if ok {
				return
			}
			in[path[0]] = value
		}
	}
}
