package feishu

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"unicode/utf8"
)

// Errors of a client that sends no click.
var (
	ErrNoButton     = errors.New("feishu sim: no such button on the card")
	ErrDisabled     = errors.New("feishu sim: the button or field is disabled")
	ErrNoCallback   = errors.New("feishu sim: the button does not call back")
	ErrRequired     = errors.New("feishu sim: a required field is empty")
	ErrTooLong      = errors.New("feishu sim: the text is longer than the field allows")
	ErrNoField      = errors.New("feishu sim: the form has no such field")
	ErrBadValue     = errors.New("feishu sim: the field cannot hold this value")
	ErrCardExpired  = errors.New("feishu sim: the card takes no interaction 14 days after it was sent")
	ErrNotACard     = errors.New("feishu sim: the message is not a card")
	ErrFormOnButton = errors.New("feishu sim: values were given to a button that submits no form")
)

// formValue returns form_value: the card's own values, overridden by what the person entered.
func formValue(c *Card, form string, typed map[string]any, omitEmpty bool) (map[string]any, error) {
	out := map[string]any{}
	known := map[string]bool{}
	for _, in := range c.Inputs() {
		if in.Form != form {
			continue
		}
		known[in.Name] = true
		v, given := typed[in.Name]
		if given && in.Disabled {
			return nil, fmt.Errorf("%w: %s", ErrDisabled, in.Name)
		}
		if !given {
			v = in.Default
		}
		v, err := in.accept(v)
		if err != nil {
			return nil, fmt.Errorf("%w: %s", err, in.Name)
		}
		if empty(v) {
			if in.Required {
				return nil, fmt.Errorf("%w: %s", ErrRequired, in.Name)
			}
			if omitEmpty {
				continue
			}
		}
		out[in.Name] = v
	}
	for name := range typed {
		if !known[name] {
			return nil, fmt.Errorf("%w: %s", ErrNoField, name)
		}
	}
	return out, nil
}

func empty(v any) bool {
	switch v := v.(type) {
	case string:
		return v == ""
	case []string:
		return len(v) == 0
	}
	return v == nil
}

// zoneSuffix is the offset of the person's time zone, which the client appends to a date or time.
const zoneSuffix = " +0800"

var zoned = regexp.MustCompile(` [+-]\d{4}$`)

var pickerForms = map[string]*regexp.Regexp{
	"date_picker":     regexp.MustCompile(`^\d{4}-\d{2}-\d{2}( [+-]\d{4})?$`),
	"picker_time":     regexp.MustCompile(`^\d{2}:\d{2}( [+-]\d{4})?$`),
	"picker_datetime": regexp.MustCompile(`^\d{4}-\d{2}-\d{2} \d{2}:\d{2}( [+-]\d{4})?$`),
}

// accept checks a value as the client's widget does and returns it in the format of the callback.
func (in Input) accept(v any) (any, error) {
	if form, ok := pickerForms[in.Tag]; ok {
		t, ok := v.(string)
		switch {
		case !ok, t != "" && !form.MatchString(t):
			return nil, ErrBadValue
		case t == "" || zoned.MatchString(t):
			return t, nil
		}
		return t + zoneSuffix, nil
	}
	switch in.Tag {
	case "input":
		t, ok := v.(string)
		if !ok {
			return nil, ErrBadValue
		}
		if utf8.RuneCountInString(t) > in.MaxLength {
			return nil, ErrTooLong
		}
		return t, nil
	case "checker":
		if _, ok := v.(bool); !ok {
			return nil, ErrBadValue
		}
		return v, nil
	case "multi_select_static", "multi_select_person", "select_img":
		many, ok := v.([]string)
		if !ok {
			return nil, ErrBadValue
		}
		for _, one := range many {
			if !in.offers(one) {
				return nil, ErrBadValue
			}
		}
		return many, nil
	}
	t, ok := v.(string)
	if !ok || t != "" && !in.offers(t) {
		return nil, ErrBadValue
	}
	return t, nil
}

// offers reports whether the person can select an option; a person select without options offers everybody.
func (in Input) offers(value string) bool {
	if len(in.Options) == 0 {
		return in.Tag == "select_person" || in.Tag == "multi_select_person"
	}
	return slices.Contains(in.Options, value)
}
