package cards

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// AgreementVersion is the version of the agreement's wording. Each change of the texts "agreement.*" and "recipient.*"
// needs a new version. A test compares the hash of the wording.
const AgreementVersion = "2027-01"

// Agreement is the text to which the applicant consents. Consents record its version and hash.
type Agreement struct {
	Company string // may be empty
	// Recipients are codes of the data's recipients: feishu, tencent_sms, tencent_faceid, tencent_bankcard, tencent_face,
	// esign, esign_bankcard, esign_face, esign_sdk.
	Recipients []string
	Retention  Retention
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
	recipients := make([]text, 0, len(a.Recipients))
	for _, code := range a.Recipients {
		recipients = append(recipients, prefix("· ", recipientText(code, a.Supplier)))
	}
	what := tr("agreement.what.body")
	if slices.Contains(a.Recipients, "tencent_bankcard") {
		what = join(text{}, what, tr("agreement.what.bank"))
	}
	if slices.Contains(a.Recipients, "tencent_face") {
		what = join(text{}, what, tr("agreement.what.face"))
	}
	out := []section{
		{tr("agreement.what"), what},
		{tr("agreement.why"), tr("agreement.why.body")},
		{tr("agreement.impact"), tr("agreement.impact.body")},
	}
	if len(recipients) > 0 {
		out = append(out, section{tr("agreement.who"), join(sameText("\n"), recipients...)})
	}
	return append(out,
		section{tr("agreement.keep"), tr("agreement.keep.body", textArg("retention", a.Retention.text()))},
		section{tr("agreement.rights"), tr("agreement.rights.body")},
		section{tr("agreement.refuse"), tr("agreement.refuse.body")},
	)
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
