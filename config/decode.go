package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/v2"

	"shiming/flows"
)

// tagName is the tag of a field that names its key.
const tagName = "koanf"

// decode puts values over the defaults. A value that cannot be used leaves the default and is a mistake.
func decode(values *koanf.Koanf) (Config, []Mistake) {
	c := Defaults()
	err := values.UnmarshalWithConf("", &c, koanf.UnmarshalConf{Tag: tagName, DecoderConfig: &mapstructure.DecoderConfig{
		DecodeHook: mapstructure.ComposeDecodeHookFunc(
			asText, asMethod, asDuration, asList, mapstructure.TextUnmarshallerHookFunc(), trimmed),
		ErrorUnused:          true,
		IgnoreUntaggedFields: true,
		MatchName:            func(key, field string) bool { return key == field },
	}})
	return c, mistakesIn(err)
}

// mistakesIn lists the decoder's errors, in the order of Config.
func mistakesIn(err error) (all []Mistake) {
	switch e := err.(type) {
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			all = append(all, mistakesIn(one)...)
		}
	case *mapstructure.DecodeError:
		m, ok := errors.AsType[*Mistake](e)
		if !ok { // the decoder's own text does not repeat the value
			m = &Mistake{Code: WrongType, Args: []string{e.Unwrap().Error()}}
		}
		all = append(all, Mistake{e.Name(), m.Code, m.Args})
	case interface{ Unwrap() error }:
		return mistakesIn(e.Unwrap())
	}
	return all
}

// The hooks below turn a value into that of a field. The first makes a text of it; the others leave alone what is not
// theirs.

// asText writes a scalar of YAML, which may have read a number or a date where a text is meant, as people wrote it,
// and a list with commas.
func asText(from, to reflect.Value) (any, error) {
	if to.Kind() == reflect.Struct {
		return from.Interface(), nil
	}
	values, ok := from.Interface().([]any)
	if !ok {
		return fmt.Sprint(from.Interface()), nil
	}
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = fmt.Sprint(v)
	}
	return strings.Join(texts, ","), nil
}

// asMethod takes the methods that this version has.
func asMethod(_, to reflect.Type, data any) (any, error) {
	text, ok := data.(string)
	if !ok || to != reflect.TypeFor[flows.Method]() {
		return data, nil
	}
	m := flows.Method(text)
	switch m {
	case flows.BankCardFour, flows.Face:
		return nil, &Mistake{Code: MethodUnavailable, Args: []string{text}}
	}
	err := oneOf(&m, []byte(text), flows.ThreeElements, flows.BankCardFour, flows.Face, flows.MethodNone)
	return m, err
}

func asDuration(_, to reflect.Type, data any) (any, error) {
	text, ok := data.(string)
	if !ok || to != reflect.TypeFor[time.Duration]() {
		return data, nil
	}
	d, err := time.ParseDuration(strings.TrimSpace(text))
	if err != nil || d < 0 {
		return nil, &Mistake{Code: NotDuration}
	}
	return d, nil
}

// asList cuts at commas and drops what is empty or named twice.
func asList(_, to reflect.Type, data any) (any, error) {
	text, ok := data.(string)
	if !ok || to != reflect.TypeFor[[]string]() {
		return data, nil
	}
	list := []string{}
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" && !slices.Contains(list, item) {
			list = append(list, item)
		}
	}
	return list, nil
}

func trimmed(_, to reflect.Type, data any) (any, error) {
	if text, ok := data.(string); ok && to.Kind() == reflect.String {
		return strings.TrimSpace(text), nil
	}
	return data, nil
}
