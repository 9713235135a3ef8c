package flows

import (
	"shiming/cards"
	"shiming/idcard"
)

// MaskedName returns the confirmed name, masked; "" if there is none.
func MaskedName(c *Case) string {
	n, err := idcard.ParseName(c.Personal.Name)
	if err != nil {
		return ""
	}
	return n.Masked()
}

// MaskedNumber returns the confirmed ID number, masked; "" if there is none. The number was valid at its confirmation,
// so it is not parsed again, which would need the time.
func MaskedNumber(c *Case) string {
	if c.Personal.Document != "" {
		return idcard.MaskDocumentNumber(c.Personal.Number)
	}
	if s := c.Personal.Number; len(s) == 18 {
		return s[:3] + "***********" + s[14:]
	}
	return ""
}

// MaskedMobile returns the confirmed mobile number, masked; "" if there is none.
func MaskedMobile(c *Case) string {
	m, err := idcard.ParseMobile(c.Personal.Mobile)
	if err != nil {
		return ""
	}
	return m.Masked()
}

// maskedChange masks the read and the typed value of a field. Dots mark the positions that differ, because equal masks
// would hide where the applicant changed the value.
func maskedChange(c *Case, field string) cards.Change {
	if c.Personal.Document != "" {
		return documentChange(c, field)
	}
	switch field {
	case "identity_name":
		before, after := c.Personal.Front.Open().TidyName(), c.Personal.Name
		return cards.Change{Field: field, Before: diffName(before, after), After: diffName(after, before)}
	default:
		before, after := c.Personal.Front.Open().TidyNumber(), c.Personal.Number
		return cards.Change{Field: field, Before: diffNumber(before, after), After: diffNumber(after, before)}
	}
}

// diffName masks a name. ● marks the positions at which it differs from the other.
func diffName(s, other string) string {
	a, b := []rune(s), []rune(other)
	for i, r := range a {
		switch {
		case i >= len(b) || r != b[i]:
			a[i] = '●'
		case i > 0:
			a[i] = '*'
		}
	}
	return string(a)
}

// documentChange is maskedChange for a document without a resident number.
func documentChange(c *Case, field string) cards.Change {
	read := c.Personal.DocumentRead.Open()
	if field == "identity_name" {
		before, after := read.Name(), c.Personal.Name
		return cards.Change{Field: field, Before: diffName(before, after), After: diffName(after, before)}
	}
	before, after := read.Number(), c.Personal.Number
	return cards.Change{Field: field, Before: diffDocument(before, after), After: diffDocument(after, before)}
}

// diffDocument masks the number of a document, which is shorter than an ID number, as idcard.MaskDocumentNumber does. ●
// marks the positions at which it differs from the other.
func diffDocument(s, other string) string {
	a, b := []rune(s), []rune(other)
	out := make([]rune, len(a))
	for i, r := range a {
		switch {
		case i >= len(b) || r != b[i]:
			out[i] = '●'
		case i < 1 || i >= len(a)-2:
			out[i] = r
		default:
			out[i] = '*'
		}
	}
	return string(out)
}

// diffNumber masks a number. ● marks the positions at which it differs from the other.
func diffNumber(s, other string) string {
	out := make([]rune, 0, len(s))
	for i, r := range []rune(s) {
		switch {
		case i >= len(other) || string(r) != other[i:i+1]:
			out = append(out, '●')
		case i < 3 || i >= len(s)-4:
			out = append(out, r)
		default:
			out = append(out, '*')
		}
	}
	return string(out)
}
