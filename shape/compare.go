package shape

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Compare calls report for each difference between valid JSON and its shape, which may be the same several times. It
// allocates nothing while there is none, because it looks at every push.
func Compare(raw []byte, of *Shape, report func(difference string)) {
	c := comparer{raw: raw, report: report}
	c.value(of, 0)
}

// comparer walks through JSON that is valid. On any other it stops early.
type comparer struct {
	raw    []byte
	at     int
	path   [maxDepth + 2]string
	report func(string)
}

func (c *comparer) differs(kind string, depth int) {
	c.report(kind + ":" + strings.Join(c.path[:depth], "."))
}

// space skips white space and returns the next byte, 0 at the end.
func (c *comparer) space() byte {
	for ; c.at < len(c.raw); c.at++ {
		switch b := c.raw[c.at]; b {
		case ' ', '\t', '\r', '\n':
		default:
			return b
		}
	}
	return 0
}

// value compares the next value. depth is the length of its path.
func (c *comparer) value(s *Shape, depth int) {
	first := c.space()
	switch {
	case s.kind == anything || first == 'n' || depth > maxDepth:
		if first == 'n' && s.needed && depth > 0 {
			c.differs(MissingField, depth)
		}
		c.skip()
	case s.kind == object && first == '{':
		c.object(s, depth)
	case s.kind == list && first == '[':
		c.list(s, depth)
	default:
		begin := c.at
		c.skip()
		if kind := s.simple(c.raw[begin:c.at]); kind != "" {
			c.differs(kind, depth)
		}
	}
}

// simple returns the kind of the difference of a value, "" for none.
func (s *Shape) simple(raw []byte) string {
	if len(raw) == 0 || raw[0] == '"' && len(raw) == 1 {
		return ""
	}
	quoted, digit := raw[0] == '"', raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9'
	right := false
	switch s.kind {
	case text, millis, micros:
		right = quoted
	case number, seconds, lifetime:
		right = digit
	case boolean:
		right = raw[0] == 't' || raw[0] == 'f'
	}
	switch {
	case !right:
		return WrongType
	case s.kind == lifetime && !below(raw, 24*60*60):
		return TimeUnit
	case s.kind == seconds && !digits(raw, 10):
		return TimeUnit
	case s.kind == millis && !digits(raw, 13), s.kind == micros && !digits(raw, 16):
		return TimeUnit
	}
	return ""
}

// digits reports whether a number or a string is 0, empty, or has n digits. A Unix time keeps its length until the year
// 2286. Platforms write 0 or nothing for "no time".
func digits(raw []byte, n int) bool {
	if raw[0] == '"' {
		raw = raw[1 : len(raw)-1]
	}
	for _, b := range raw {
		if b < '0' || b > '9' {
			return false
		}
	}
	return len(raw) == n || len(raw) == 0 || string(raw) == "0"
}

func below(raw []byte, limit float64) bool {
	n, err := strconv.ParseFloat(string(raw), 64)
	return err == nil && n <= limit
}

func (c *comparer) list(s *Shape, depth int) {
	c.at++
	for b := c.space(); b != 0 && b != ']'; b = c.space() {
		if b == ',' {
			c.at++
			continue
		}
		begin := c.at
		c.value(s.items, depth)
		if c.at == begin {
			return
		}
	}
	c.at++
}

func (c *comparer) object(s *Shape, depth int) {
	c.at++
	var seen uint64
	for b := c.space(); b != 0 && b != '}'; b = c.space() {
		if b == ',' {
			c.at++
			continue
		}
		begin := c.at
		key := c.key()
		if c.space() != ':' {
			return
		}
		c.at++
		f := s.fields[string(key)]
		switch {
		case f != nil:
			seen |= f.bit
			c.path[depth] = f.name
			c.value(f.shape, depth+1)
		case s.open:
			c.skip()
		default:
			c.path[depth] = string(key)
			c.differs(UnknownField, depth+1)
			c.skip()
		}
		if c.at == begin {
			return
		}
	}
	c.at++
	for _, f := range s.all {
		if seen&f.bit == 0 {
			c.path[depth] = f.name
			c.differs(MissingField, depth+1)
		}
	}
}

// key reads the name of a field.
func (c *comparer) key() []byte {
	c.space()
	begin := c.at
	c.skip()
	raw := c.raw[begin:c.at]
	if len(raw) < 2 || raw[0] != '"' {
		return nil
	}
	for _, b := range raw {
		if b == '\\' {
			var name string
			_ = json.Unmarshal(raw, &name)
			return []byte(name)
		}
	}
	return raw[1 : len(raw)-1]
}

// skip skips the next value.
func (c *comparer) skip() {
	c.space()
	for depth := 0; c.at < len(c.raw); {
		switch b := c.raw[c.at]; b {
		case '{', '[':
			depth++
			c.at++
		case '}', ']':
			if depth == 0 {
				return
			}
			depth--
			c.at++
		case '"':
			c.quoted()
		case ',', ':':
			if depth == 0 {
				return
			}
			c.at++
		case ' ', '\t', '\r', '\n':
			if depth == 0 {
				return
			}
			c.at++
			continue
		default:
			c.word()
		}
		if depth == 0 {
			return
		}
	}
}

// quoted skips a string.
func (c *comparer) quoted() {
	for c.at++; c.at < len(c.raw); c.at++ {
		switch c.raw[c.at] {
		case '\\':
			c.at++
		case '"':
			c.at++
			return
		}
	}
	c.at = len(c.raw)
}

// word skips a number, true, false or null.
func (c *comparer) word() {
	for ; c.at < len(c.raw); c.at++ {
		switch c.raw[c.at] {
		case '{', '}', '[', ']', '"', ',', ':', ' ', '\t', '\r', '\n':
			return
		}
	}
}
