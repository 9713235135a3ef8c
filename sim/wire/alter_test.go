package wire

import "testing"

func TestAlter(t *testing.T) {
	t.Parallel()
	const body = `{"a":1,"list":[{"n":"x"},{"n":"y","m":2}],"o":{"p":null}}`
	for name, tc := range map[string]struct {
		body string
		set  map[string]any
		want string
	}{
		"nothing":    {body, nil, body},
		"adds":       {`{"a":1}`, map[string]any{"b": true}, `{"a":1,"b":true}`},
		"takes away": {`{"a":1,"o":{"p":1}}`, map[string]any{"o.p": nil, "a": nil}, `{"o":{}}`},
		"each of a list": {body, map[string]any{"list.m": 3},
			`{"a":1,"list":[{"m":3,"n":"x"},{"m":3,"n":"y"}],"o":{"p":null}}`},
		"changes": {`{"a":2}`, map[string]any{
			"a": Change(func(old any) any { return old.(float64) * 10 }),
			"b": Change(func(any) any { return "never called" }),
		}, `{"a":20}`},
		"no way there": {`{"a":1}`, map[string]any{"o.p": 1, "a.b": 2}, `{"a":1}`},
		"no object":    {`[1]`, map[string]any{"a": 1}, `[1]`},
		"no JSON":      {`<html>`, map[string]any{"a": 1}, `<html>`},
	} {
		t.Run(name, func(t *testing.T) {
			if got := string(Alter([]byte(tc.body), tc.set)); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}
