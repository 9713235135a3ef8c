package cards

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// AgreementVersion names the wording of the agreement. Every change of the texts "agreement.*" and "recipient.*"
// needs a new version; a test holds the wording of this one by its hash.
const AgreementVersion = "2026-11"

// Agreement is the text that the applicant consents to. Its hash is recorded with the consent.
type Agreement struct {
	Company    string   // may be empty
	Recipients []string // codes of who receives data: feishu, tencent_sms, tencent_faceid, esign
	PhotoGrace time.Duration
	Version    string
}

// section is a headed paragraph of the agreement.
type section struct{ title, body text }

// sections are the parts of the agreement in the order that the person reads them; the consent card shows every one.
func (a Agreement) sections() []section {
	who := make([]text, 0, len(a.Recipients))
	for _, code := range a.Recipients {
		who = append(who, prefixed("· ", of("recipient", code, own("name", machineID(code)))))
	}
	out := []section{
		{tr("agreement.what"), tr("agreement.what.body")},
		{tr("agreement.why"), tr("agreement.why.body")},
		{tr("agreement.impact"), tr("agreement.impact.body")},
	}
	if len(who) > 0 {
		out = append(out, section{tr("agreement.who"), joined(same("\n"), who...)})
	}
	grace := tr("agreement.at_once")
	if a.PhotoGrace > 0 {
		grace = tr("agreement.within", own("span", span(a.PhotoGrace)))
	}
	return append(out,
		section{tr("agreement.keep"), tr("agreement.keep.body", own("grace", grace))},
		section{tr("agreement.rights"), tr("agreement.rights.body")},
		section{tr("agreement.refuse"), tr("agreement.refuse.body")},
	)
}

func (a Agreement) intro() text {
	return tr("agreement.intro", said("company", a.Company))
}

func (a Agreement) version() text {
	v := a.Version
	if v == "" {
		v = AgreementVersion
	}
	return tr("agreement.version", own("version", machineID(v)))
}

// Text is the whole agreement, Chinese first and English after it, as the consent card shows it. Equal agreements give
// equal texts, so the text of a recorded consent can be written again from its fields while its version is current.
func (a Agreement) Text() string {
	parts := []text{tr("agreement.title"), a.version(), a.intro()}
	for _, s := range a.sections() {
		parts = append(parts, joined(same("\n"), s.title, s.body))
	}
	whole := joined(same("\n\n"), parts...)
	return strings.Join([]string{whole.zh, whole.en}, "\n\n———\n\n") + "\n"
}

// Hash is the SHA-256 of Text, 64 lower-case hexadecimal digits.
func (a Agreement) Hash() string {
	sum := sha256.Sum256([]byte(a.Text()))
	return hex.EncodeToString(sum[:])
}
