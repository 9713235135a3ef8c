package esign

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// fields reads a JSON object field by field and keeps the first mistake. done refuses fields that were not read.
type fields struct {
	in     map[string]json.RawMessage
	prefix string // e.g. "threeElements."
	asked  []string
	err    error
}

func fieldsOf(r *http.Request, body []byte) (*fields, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, parameter("Content-Type 必须是 application/json")
	}
	if !utf8.Valid(body) {
		return nil, parameter("请求体不是 UTF-8")
	}
	f := &fields{}
	if !isObject(body) || json.Unmarshal(body, &f.in) != nil {
		return nil, parameter("请求体不是 JSON 对象")
	}
	return f, nil
}

func isObject(raw []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) }

func (f *fields) fail(name, why string) {
	if f.err == nil {
		f.err = parameter(f.prefix + name + " " + why)
	}
}

// raw returns a field's JSON; null counts as absent.
func (f *fields) raw(name string) (json.RawMessage, bool) {
	f.asked = append(f.asked, name)
	v, ok := f.in[name]
	if !ok || string(v) == "null" {
		return nil, false
	}
	return v, true
}

// text reads a string of lo to hi characters (hi 0 = no limit). With lo 0 the field is optional.
func (f *fields) text(name string, lo, hi int) string {
	raw, ok := f.raw(name)
	if !ok {
		if lo > 0 {
			f.fail(name, "不能为空")
		}
		return ""
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		f.fail(name, "必须是字符串")
		return ""
	}
	n := utf8.RuneCountInString(s)
	if n < lo || (lo > 0 && strings.TrimSpace(s) == "") {
		f.fail(name, "不能为空")
	}
	if hi > 0 && n > hi {
		f.fail(name, fmt.Sprintf("不能超过%d个字符", hi))
	}
	return s
}

// match reads a required string of the given form.
func (f *fields) match(name string, form *regexp.Regexp) string {
	s := f.text(name, 1, 0)
	if f.err == nil && !form.MatchString(s) {
		f.fail(name, "格式错误")
	}
	return s
}

func (f *fields) oneOf(name string, values ...string) string {
	s := f.text(name, 1, 0)
	if f.err == nil && !slices.Contains(values, s) {
		f.fail(name, "取值只能是 "+strings.Join(values, " / "))
	}
	return s
}

// date reads a required string in one of the layouts, in China time.
func (f *fields) date(name string, layouts ...string) string {
	s := f.text(name, 1, 0)
	for _, l := range layouts {
		if t, err := time.ParseInLocation(l, s, chinaTime); err == nil && t.Format(l) == s {
			return s
		}
	}
	f.fail(name, "时间格式错误")
	return s
}

// chinaTime is the zone of all times in texts; the pages do not name one.
var chinaTime = time.FixedZone("Asia/Shanghai", 8*60*60)

// integer reads a required JSON number without a fraction.
func (f *fields) integer(name string) int64 {
	raw, ok := f.raw(name)
	if !ok {
		f.fail(name, "不能为空")
		return 0
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		f.fail(name, "必须是整数")
	}
	return n
}

// flag reads an optional boolean.
func (f *fields) flag(name string) (v bool) {
	if raw, ok := f.raw(name); ok && json.Unmarshal(raw, &v) != nil {
		f.fail(name, "必须是布尔值")
	}
	return v
}

// object reads an optional object.
func (f *fields) object(name string) (*fields, bool) {
	raw, ok := f.raw(name)
	if !ok {
		return nil, false
	}
	sub := &fields{prefix: f.prefix + name + "."}
	if !isObject(raw) || json.Unmarshal(raw, &sub.in) != nil {
		f.fail(name, "必须是对象")
		return nil, false
	}
	return sub, true
}

// done returns the first mistake. An unread field counts as one; it is most likely misspelt.
func (f *fields) done() error {
	if f.err != nil {
		return f.err
	}
	for name := range f.in {
		if !slices.Contains(f.asked, name) {
			// The name comes from the caller and may hold anything, so the message repeats only plausible field names.
			if !fieldName.MatchString(name) {
				name = "?"
			}
			return parameter(f.prefix + name + " 不是接口文档中的参数")
		}
	}
	return nil
}

var fieldName = regexp.MustCompile(`^[A-Za-z]{1,40}$`)
