package main

import "testing"

func TestModuleOf(t *testing.T) {
	known := []string{"github.com/a/b/v2", "github.com/a/b", "gopkg.in/yaml.v3", "shiming"}
	for symbol, want := range map[string]string{
		"github.com/a/b/v2/c.(*T).Method":       "github.com/a/b/v2",
		"github.com/a/b.Do":                     "github.com/a/b",
		"gopkg.in/yaml%2ev3.parse":              "gopkg.in/yaml.v3",
		"shiming/flows.Decide":                  "shiming",
		"type:.eq.shiming/flows.Case":           "shiming",
		"net/http.(*Server).Serve":              standard,
		"slices.Sort[go.shape.[]shiming/cards]": standard,
		"runtime.memmove":                       standard,
		"go:func.*":                             others,
		"type:*":                                others,
		"_rt0_amd64_linux":                      others,
	} {
		t.Run(symbol, func(t *testing.T) {
			if got := moduleOf(symbol, known); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}
