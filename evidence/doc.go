// Package evidence is what a finished case proves: the evidence point as it is filed with e签宝 (point.go).
//
// The package is pure: it reads no clock, no file and no database. It invents nothing: what is not on record is left
// out.
package evidence
