// Package export turns the people of an export into an XLSX file. It is pure: rows in, bytes out, no clock, no store.
// The texts are those of the cards, in one language, and nothing in a row is personal in full.
package export
