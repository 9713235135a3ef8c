// Package shape compares JSON of a platform with the shape that the platform's page publishes, and names what differs:
// by field, never by value. It makes no call, keeps nothing and decides nothing.
package shape

import (
	"reflect"
	"strings"
)

// Kinds of difference. A difference is a kind, a colon and the path of the field from the top, with dots; entries of a
// list have no index: "unknown_field:data.user.nickname".
const (
	UnknownField = "unknown_field" // the page does not name it; platforms add fields
	MissingField = "missing_field" // the page shows it always, and it is absent or null
	WrongType    = "type"
	TimeUnit     = "time_unit"    // another unit than the page says, or no Unix time at all
	UnknownCode  = "unknown_code" // the clients report it themselves, as Host
	Host         = "host"
)

// kind is the type that a page gives for a value.
type kind uint8

const (
	anything kind = iota
	text
	number
	boolean
	list
	object
	seconds  // Unix time as a number
	millis   // Unix time as digits in a string
	micros   // likewise
	lifetime // seconds from now, less than a day
)

// Shape is the published shape of a JSON value. It does not change after its construction.
type Shape struct {
	kind   kind
	needed bool
	open   bool // an object whose further fields are data
	fields map[string]*field
	all    []*field // the needed fields of an object
	items  *Shape
}

// field is one field of an object.
type field struct {
	name  string
	shape *Shape
	bit   uint64 // of a needed field, else 0
}

// Shapes of simple values.
var (
	Any      = &Shape{}
	Text     = &Shape{kind: text}
	Number   = &Shape{kind: number}
	Bool     = &Shape{kind: boolean}
	Seconds  = &Shape{kind: seconds}  // Unix time, a number
	Millis   = &Shape{kind: millis}   // Unix time, digits in a string
	Micros   = &Shape{kind: micros}   // likewise
	Lifetime = &Shape{kind: lifetime} // seconds from now, a number
)

// Fields are the fields of an object by their names.
type Fields map[string]*Shape

// Object returns the shape of an object. At most 64 fields may be needed.
func Object(fields Fields) *Shape {
	s := &Shape{kind: object, fields: make(map[string]*field, len(fields))}
	for name, of := range fields {
		f := &field{name: name, shape: of}
		if of.needed {
			f.bit = 1 << len(s.all)
			s.all = append(s.all, f)
		}
		s.fields[name] = f
	}
	return s
}

// Open returns the shape of an object whose further fields are data.
func Open(fields Fields) *Shape {
	s := Object(fields)
	s.open = true
	return s
}

// List returns the shape of a list.
func List(of *Shape) *Shape { return &Shape{kind: list, items: of} }

// Needed returns the shape as one of a field that is always there.
func Needed(s *Shape) *Shape {
	out := *s
	out.needed = true
	return &out
}

// Of returns the shape that the JSON tags of a struct describe. The SDK of a platform generates its structs from the
// same source as the pages. Fields replace those of the struct.
func Of[T any](instead Fields) *Shape {
	fields := Fields{}
	structFields(reflect.TypeFor[T](), fields, 0)
	for name, s := range instead {
		fields[name] = s
	}
	return Object(fields)
}

// maxDepth limits how deep Of and Compare look.
const maxDepth = 8

func structFields(t reflect.Type, out Fields, depth int) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "" && name != "-" {
			out[name] = typeOf(f.Type, depth+1)
		}
	}
}

func typeOf(t reflect.Type, depth int) *Shape {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.String:
		return Text
	case reflect.Bool:
		return Bool
	case reflect.Int, reflect.Int32, reflect.Int64, reflect.Float32, reflect.Float64:
		return Number
	case reflect.Slice:
		return List(typeOf(t.Elem(), depth))
	case reflect.Struct:
		if depth > maxDepth {
			return Any
		}
		fields := Fields{}
		structFields(t, fields, depth)
		return Object(fields)
	}
	return Any
}
