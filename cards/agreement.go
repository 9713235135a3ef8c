package cards

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// AgreementVersion is the version of the agreement's wording. Each change of its texts ("agreement.*" and the
// families of Agreement) needs a new version. A test compares the hash of the wording.
const AgreementVersion = "2027-02"

// Agreement is the text to which the applicant consents. Consents record its version and hash. The codes say which
// sentences it has; they follow from the settings and from the table of facts about personal data (package privacy).
type Agreement struct {
	Company    string   // may be empty
	Categories []string // codes of what is used (texts "category.<code>")
	Purposes   []string // why (texts "purpose.<code>")
	Recipients []string // who receives it (texts "recipient.<code>")
	Viewers    []string // who may see it (texts "viewer.<code>")
	Places     []string // where it is kept (texts "place.<code>")
	Kept       []string // what a deletion leaves (texts "kept.<code>")
	Rights     []string // of the applicant (texts "right.<code>")
	Retention  Retention
	AnswerDays int    // working days within which a request about the own data is answered
	Supplier   string // legal name of the company that verifies and sends messages; "" = DefaultSupplier
	Version    string
}

// recipientText says who a recipient is and what it gets. company is Agreement.Supplier.
func recipientText(code, company string) text {
	return codeText("recipient", code, textArg("name", machineID(code)),
		textArg("supplier", supplier(cmp.Or(company, DefaultSupplier))))
}

// RecipientText is the sentence of the agreement about a recipient, in zh or en. company is Agreement.Supplier.
func RecipientText(code, company, lang string) string { return recipientText(code, company).in(lang) }

// section is a headed paragraph of the agreement.
type section struct{ title, body text }

// sections returns the parts of the agreement in their order on the consent card.
func (a Agreement) sections() []section {
	out := []section{
		{tr("agreement.what"), listText("category", a.Categories)},
		{tr("agreement.why"), listText("purpose", a.Purposes)},
		{tr("agreement.impact"), tr("agreement.impact.body")},
		{tr("agreement.who"), a.recipientsText()},
		{tr("agreement.viewers"), listText("viewer", a.Viewers)},
		{tr("agreement.keep"), a.keptText()},
		{tr("agreement.rights"), listText("right", a.Rights, intArg("days", a.AnswerDays))},
		{tr("agreement.refuse"), tr("agreement.refuse.body")},
	}
	return slices.DeleteFunc(out, func(s section) bool { return s.body.empty() })
}

// listText is a line for each code of a family.
func listText(family string, codes []string, args ...arg) text {
	lines := make([]text, 0, len(codes))
	for _, code := range codes {
		lines = append(lines, prefix("· ", codeText(family, code, args...)))
	}
	return join(sameText("\n"), lines...)
}

func (a Agreement) recipientsText() text {
	lines := make([]text, 0, len(a.Recipients))
	for _, code := range a.Recipients {
		lines = append(lines, prefix("· ", recipientText(code, a.Supplier)))
	}
	return join(sameText("\n"), lines...)
}

// keptText says where the data is kept and how long, and what stays.
func (a Agreement) keptText() text {
	lines := make([]text, 0, len(a.Places)+len(a.Kept)+1)
	for _, code := range a.Places {
		lines = append(lines, codeText("place", code))
	}
	lines = append(lines, tr("agreement.keep.body", textArg("retention", a.Retention.text())))
	for _, code := range a.Kept {
		lines = append(lines, codeText("kept", code))
	}
	return join(sameText("\n"), lines...)
}

func (a Agreement) introText() text {
	return tr("agreement.intro", quotedArg("company", a.Company))
}

func (a Agreement) versionText() text {
	v := a.Version
	if v == "" {
		v = AgreementVersion
	}
	return tr("agreement.version", textArg("version", machineID(v)))
}

// Text returns the whole agreement as the consent card shows it, in Chinese and then in English. It depends on the
// fields only, so the text of a recorded consent can be produced again while its version is the current one.
func (a Agreement) Text() string {
	parts := []text{tr("agreement.title"), a.versionText(), a.introText()}
	for _, s := range a.sections() {
		parts = append(parts, join(sameText("\n"), s.title, s.body))
	}
	whole := join(sameText("\n\n"), parts...)
	return strings.Join([]string{whole.zh, whole.en}, "\n\n———\n\n") + "\n"
}

// Hash returns the SHA-256 of Text as 64 lower-case hexadecimal digits.
func (a Agreement) Hash() string {
	sum := sha256.Sum256([]byte(a.Text()))
	return hex.EncodeToString(sum[:])
}

// agreementTagDigits is the length of a tag: 64 bits of the hash.
const agreementTagDigits = 16

// Tag tells the texts of agreements apart. The consent's button carries it, so that a consent never counts for a text
// that its card did not show.
func (a Agreement) Tag() string { return a.Hash()[:agreementTagDigits] }

// Tagged reports whether tag may be that of this text. Buttons of older versions have none.
func (a Agreement) Tagged(tag string) bool { return tag == "" || tag == a.Tag() }
