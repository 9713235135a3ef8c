package shape_test

import (
	"slices"
	"strings"
	"testing"

	"shiming/shape"
)

var published = shape.Object(shape.Fields{
	"id":    shape.Needed(shape.Text),
	"n":     shape.Number,
	"ok":    shape.Bool,
	"at":    shape.Seconds,
	"made":  shape.Millis,
	"exact": shape.Micros,
	"left":  shape.Lifetime,
	"any":   shape.Any,
	"value": shape.Open(shape.Fields{"v": shape.Number}),
	"items": shape.List(shape.Object(shape.Fields{"name": shape.Needed(shape.Text)})),
})

func TestCompare(t *testing.T) {
	for name, tc := range map[string]struct{ raw, want string }{
		"as published": {`{"id":"a","n":1,"ok":true,"at":1764000000,"made":"1764000000000","exact":"1764000000000000",` +
			`"left":7200,"any":[{"x":1}],"value":{"v":1,"more":"data"},"items":[{"name":"a"},{"name":"b"}]}`, ""},
		"spaces, escapes, negative": {" {\n \"id\" : \"a\\\"}\" ,\t\"n\" : -1.5e3 } ", ""},
		"optional fields null":      {`{"id":"a","n":null,"items":null,"value":null}`, ""},
		"no time":                   {`{"id":"a","at":0,"made":"0","exact":""}`, ""},
		"unknown field":             {`{"id":"a","new":{"deep":[1]}}`, "unknown_field:new"},
		"unknown in a list":         {`{"id":"a","items":[{"name":"a","x":1},{"x":2,"name":"a"}]}`, "unknown_field:items.x"},
		"name with escapes":         {`{"id":"a","n\u0065w":1,"\u006e":2}`, "unknown_field:new"},
		"missing field":             {`{}`, "missing_field:id"},
		"needed field null":         {`{"id":null}`, "missing_field:id"},
		"missing in a list":         {`{"id":"a","items":[{}]}`, "missing_field:items.name"},
		"number as text":            {`{"id":"a","n":"1"}`, "type:n"},
		"text as number":            {`{"id":7}`, "type:id"},
		"text as object":            {`{"id":{"a":1}}`, "type:id"},
		"object as list":            {`{"id":"a","value":[]}`, "type:value"},
		"list as object":            {`{"id":"a","items":{}}`, "type:items"},
		"bool as text":              {`{"id":"a","ok":"true"}`, "type:ok"},
		"known field of open data":  {`{"id":"a","value":{"v":"1"}}`, "type:value.v"},
		"milliseconds":              {`{"id":"a","at":1764000000000}`, "time_unit:at"},
		"seconds":                   {`{"id":"a","made":"1764000000"}`, "time_unit:made"},
		"a date":                    {`{"id":"a","exact":"2026-11-30T10:00:00Z"}`, "time_unit:exact"},
		"time as object":            {`{"id":"a","at":{}}`, "type:at"},
		"time as text":              {`{"id":"a","at":"1764000000"}`, "type:at"},
		"time as number":            {`{"id":"a","made":1764000000000}`, "type:made"},
		"life in milliseconds":      {`{"id":"a","left":7200000}`, "time_unit:left"},
		"several":                   {`{"n":"1","x":2}`, "missing_field:id type:n unknown_field:x"},
		"no object":                 {`[]`, "type:"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			shape.Compare([]byte(tc.raw), published, func(difference string) { got = append(got, difference) })
			slices.Sort(got)
			if got := strings.Join(slices.Compact(got), " "); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestOfStruct(t *testing.T) {
	type Inner struct {
		N *int `json:"n,omitempty"`
	}
	of := shape.Of[struct {
		Name   *string `json:"name,omitempty"`
		List   []*Inner
		Items  []*Inner `json:"items"`
		At     *string  `json:"at"`
		hidden int      //nolint:unused // fields without a tag are not the platform's
	}](shape.Fields{"at": shape.Millis})
	var got []string
	shape.Compare([]byte(`{"name":2,"items":[{"n":"1"}],"at":"1","hidden":1}`), of,
		func(difference string) { got = append(got, difference) })
	want := []string{"type:name", "type:items.n", "time_unit:at", "unknown_field:hidden"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestNothingIsAllocated: Compare looks at each push, and almost all are as published.
func TestNothingIsAllocated(t *testing.T) {
	raw := []byte(`{"id":"a","made":"1764000000000","value":{"v":1,"more":[1,2]},"items":[{"name":"a"},{"name":"b"}]}`)
	report := func(difference string) { t.Errorf("got %s, want no difference", difference) }
	if n := testing.AllocsPerRun(100, func() { shape.Compare(raw, published, report) }); n > 0 {
		t.Errorf("got %v allocations, want none", n)
	}
}

// FuzzCompare: nothing that a platform may send makes Compare panic or run for ever.
func FuzzCompare(f *testing.F) {
	for _, s := range []string{``, `{`, `{"`, `{"id"`, `{"id":`, `{"id":"`, `{"id":"a\`, `[[[`, `{"items":[`,
		`{"items":[}`,
		`{"items":[1,,2]}`, `{"id":"a"}}`, `{"value":{"v":]}`, `{"a" 1}`, "\"", `"\"`, `{"at":"}`, `{:}`, `nul`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(_ *testing.T, raw []byte) { shape.Compare(raw, published, func(string) {}) })
}
