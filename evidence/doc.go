// Package evidence is what a finished case proves: the evidence point as it is filed with e签宝 (point.go), and the
// bundle, which holds the same facts with all that is on record beside them and is signed by the installation.
//
// The package is pure: it reads no clock, no file and no database. It invents nothing; what is not on record is left
// out, and what was deleted is called deleted.
//
// In reading order: point.go, then record.go (the facts of a case), record_parts.go, chain.go (the audit trail),
// bundle.go (the signed file), page.go (the same for people to read and print), verify.go and locate.go (what somebody
// without this program's database can prove). docs/evidence-bundle.md describes the format.
package evidence
