// Package owncopy writes the copy of everything that is kept about a person, for that person: as JSON and as a page that
// says the same (PIPL art. 45). It is pure: cases and pictures in, bytes out. Its files hold personal data in full, so
// that nobody but the person may get them.
package owncopy
