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

// maskedChange compares the read and the typed value of a field.
func maskedChange(c *Case, field string) cards.Change {
	if c.Personal.Document != "" {
		return documentChange(c, field)
	}
	read := c.Personal.Front.Open()
	if field == "identity_name" {
		return compareValues(field, read.TidyName(), c.Personal.Name, nameLimit)
	}
	return compareValues(field, read.TidyNumber(), c.Personal.Number, numberLimit)
}

// documentChange is maskedChange for a document without a resident number.
func documentChange(c *Case, field string) cards.Change {
	read := c.Personal.DocumentRead.Open()
	if field == "identity_name" {
		return compareValues(field, read.Name(), c.Personal.Name, nameLimit)
	}
	return compareValues(field, read.Number(), c.Personal.Number, numberLimit)
}
