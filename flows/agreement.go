package flows

import (
	"cmp"
	"slices"
	"time"
)

// An evidence point of revision 2025-10 states when, how and from which address the person read e签宝's 《数字证书服务协议》
// (evidence_3/gftptngu8s79lgg6). A click in a chat tells no address, so that a case of this revision takes the consent
// on a page; see package web.

// Revision is a revision of e签宝's evidence request.
type Revision string

// Revisions.
const (
	Revision2024   Revision = "2024"    // knows nothing of the agreement
	Revision202510 Revision = "2025-10" // requires that the agreement was read
)

// ReadType says how a person accepts an agreement. The values are e签宝's (certAgreementReadType).
type ReadType string

// Read types.
const (
	ReadCheck ReadType = "CHECK" // ticks a box below the text
	ReadClick ReadType = "CLICK" // opens the text by a click
)

// PageLogin says how the page learns who reads it.
type PageLogin string

// Logins.
const (
	LoginFeishu PageLogin = "feishu" // Feishu's web login: the reader is the applicant
	LoginNone   PageLogin = "none"   // whoever has the link is believed to be the applicant
)

// AgreementFile identifies the text of an agreement.
type AgreementFile struct {
	Title   string `json:"title"`
	Version string `json:"version"`
	SHA256  string `json:"sha256"` // of the bytes that the page shows, lower-case hex
}

// AgreementLink is what a link to the page names: one revision of a case, so that it works once.
type AgreementLink struct {
	CaseID string
	Rev    int64
}

// AgreementLinkLife is how long a link works. A new card has a new one.
const AgreementLinkLife = 2 * time.Hour

// AgreementPage describes the page as it is set up.
type AgreementPage struct {
	Files    []AgreementFile // the first one is the certificate agreement, which the evidence names
	ReadType ReadType
	Login    PageLogin
	// Link returns the address of the page. It works until the given time.
	Link func(link AgreementLink, until time.Time) string
}

// Reading is the record that the applicant has read and accepted the agreements. The address of the reader is personal:
// Personal.ReadIP.
type Reading struct {
	Files []AgreementFile `json:"files"` // the first one is the certificate agreement
	At    time.Time       `json:"at"`
	Type  ReadType        `json:"type"`
	Login PageLogin       `json:"login"`
	Rev   int64           `json:"rev"` // revision of the case in which it was read
}

// PageReading is what the page reports: what it showed, and to whom.
type PageReading struct {
	Files       []AgreementFile // in the order of AgreementPage.Files
	ConsentHash string          // cards.Agreement.Hash of the consent that it showed
	Type        ReadType
	Login       PageLogin
	IP          string // the reader's IPv4 or IPv6 address, never a proxy's
}

// EvidenceRevision returns the revision under which the case began. Cases of versions that knew one only name none.
func (c *Case) EvidenceRevision() Revision { return cmp.Or(c.Revision, Revision2024) }

// NeedsPage reports whether the case takes its consent on the agreement page.
func (p *Policy) NeedsPage(c *Case) bool {
	method, revision := p.termsOf(c)
	return revision == Revision202510 && p.Page != nil && method != MethodNone
}

// termsOf returns the method and the revision of the evidence to which the applicant has consented. Before the consent
// they are those to which the applicant would consent now: the method of the present settings, and with it their
// revision if the case was opened without any evidence.
func (p *Policy) termsOf(c *Case) (Method, Revision) {
	switch {
	case c.State != AwaitingConsent || c.AfterConsent != "":
		return c.Method, c.Revision
	case c.Method == MethodNone:
		return p.Method, p.Revision
	}
	return p.Method, c.Revision
}

// PageLink returns the address of the page for a case that waits for consent, "" if the case takes a plain consent. The
// end of its life is rounded, so that a card that is drawn twice in a row is the same.
func (p *Policy) PageLink(c *Case, now time.Time) string {
	if c.State != AwaitingConsent || !p.NeedsPage(c) || p.Page.Link == nil {
		return ""
	}
	const round = 15 * time.Minute
	return p.Page.Link(AgreementLink{CaseID: c.ID, Rev: c.Rev}, now.Truncate(round).Add(round+AgreementLinkLife))
}

// mustReadAgain reports whether the consent or an agreement has another text than the one that the applicant has read.
// Once the identity is written nobody is asked again: the reading took place, and an end of the case would cost its
// evidence. With the method none the present consent names none of the recipients of a case that began under another
// method, so that the earlier one stands.
func (p *Policy) mustReadAgain(c *Case) bool {
	if !p.NeedsPage(c) || p.Method == MethodNone || c.Identity != nil && c.Identity.State != WriteRefused {
		return false
	}
	return c.Reading == nil || !slices.Equal(c.Reading.Files, p.Page.Files) ||
		c.Consent == nil || c.Consent.Hash != p.Agreement.Hash()
}
