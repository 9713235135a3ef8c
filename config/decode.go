package config

import (
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/v2"

	"shiming/flows"
)

// tagName is the struct tag with the key of a field.
const tagName = "koanf"

// decode returns the defaults with values over them. A value that cannot be decoded leaves the default and is a
// mistake.
func decode(values *koanf.Koanf) (Config, []Mistake) {
	c := Defaults()
	hooks := mapstructure.ComposeDecodeHookFunc(
		asText, asMethod, asDuration, asProxies, asList, mapstructure.TextUnmarshallerHookFunc(), trimmed)
	err := values.UnmarshalWithConf("", &c, koanf.UnmarshalConf{Tag: tagName, DecoderConfig: &mapstructure.DecoderConfig{
		DecodeHook:           hooks,
		ErrorUnused:          true,
		IgnoreUntaggedFields: true,
		MatchName:            func(key, field string) bool { return key == field },
	}})
	return c, mistakesIn(err)
}

// mistakesIn returns the mistakes in the decoder's error, in the order of Config.
func mistakesIn(err error) (all []Mistake) {
	switch e := err.(type) {
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			all = append(all, mistakesIn(one)...)
		}
	case *mapstructure.DecodeError:
		m, ok := errors.AsType[*Mistake](e)
		if !ok { // the decoder's text does not contain the value
			m = &Mistake{Code: WrongType, Args: []string{e.Unwrap().Error()}}
		}
		all = append(all, Mistake{e.Name(), m.Code, m.Args})
	case interface{ Unwrap() error }:
		return mistakesIn(e.Unwrap())
	}
	return all
}

// The hooks below convert a value to the type of its field, in this order. asText converts every value to a text;
// each of the others returns a value unchanged if the field has another type.

// asText returns a scalar as text and a list as text with commas. YAML reads some texts as numbers or dates.
func asText(from, to reflect.Value) (any, error) {
	if to.Kind() == reflect.Struct || to.Type() == reflect.TypeFor[[]AgreementFile]() {
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

// asMethod accepts the methods that this version supports.
func asMethod(_, to reflect.Type, data any) (any, error) {
	text, ok := data.(string)
	if !ok || to != reflect.TypeFor[flows.Method]() {
		return data, nil
	}
	return methodOf(text, flows.ThreeElements, flows.BankCardFour, flows.Face, flows.MethodNone)
}

// methodOf returns the method that a text names, which must be one of allowed.
func methodOf(text string, allowed ...flows.Method) (m flows.Method, err error) {
	err = oneOf(&m, []byte(text), allowed...)
	return m, err
}

// asDuration parses a duration that is not negative.
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

// asProxies splits a text at commas into addresses and networks. An address alone is a network of one.
func asProxies(_, to reflect.Type, data any) (any, error) {
	text, ok := data.(string)
	if !ok || to != reflect.TypeFor[[]netip.Prefix]() {
		return data, nil
	}
	list := []netip.Prefix{}
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		p, err := netip.ParsePrefix(item)
		if a, aerr := netip.ParseAddr(item); err != nil && aerr == nil && a.Zone() == "" {
			a = a.Unmap()
			p, err = a.Prefix(a.BitLen())
		}
		switch {
		case err != nil:
			return nil, &Mistake{Code: NotNetwork}
		case p.Bits() == 0:
			return nil, &Mistake{Code: TrustsEverybody}
		}
		list = append(list, p.Masked())
	}
	return list, nil
}

// asList splits a text at commas and drops empty items and duplicates.
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

// trimmed removes the spaces around a text.
func trimmed(_, to reflect.Type, data any) (any, error) {
	if text, ok := data.(string); ok && to.Kind() == reflect.String {
		return strings.TrimSpace(text), nil
	}
	return data, nil
}
