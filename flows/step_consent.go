package flows

import (
	"slices"
	"strconv"
)

// keepPhotoUnread notes a photo that arrived before consent. No job fetches or reads it.
func keepPhotoUnread(d *decision) {
	if d.c.AfterConsent != "" {
		d.refuse("no photo is wanted now", nil)
		return
	}
	if !d.addPhoto() {
		return
	}
	d.redraw(AudienceApplicant)
}

// RefusalOtherText is the rule of a consent to other texts than the present ones.
const RefusalOtherText = "consent to other texts"

// consent records the separate consent (个人信息保护法 art. 29) and fetches the photos that arrived before it. A case that
// needs the agreement page takes no consent without it, and goes back to where it was if the agreements have been read
// again.
func consent(d *decision) {
	page := d.policy.NeedsPage(d.c)
	before := d.c.Method
	d.c.Method, d.c.Revision = d.policy.termsOf(d.c)
	switch r := d.event.Reading; {
	case page && r == nil:
		d.refuse("the agreements were not read", NewToast("open_page", nil))
		return
	case !page && r != nil:
		d.refuse(refusalNotInTable, LateToast(d.policy, d.c))
		return
	case page && !d.policy.shows(r):
		d.refuse(RefusalOtherText, nil)
		return
	case !page && !d.policy.Agreement.Tagged(d.event.AgreementTag):
		d.refuse(RefusalOtherText, NewToast("consent_changed", nil))
		return
	case page:
		d.noteReading(r)
	case d.c.Revision == Revision202510 && d.c.Method != MethodNone:
		// The operator has no page any more, so that nothing else than the older revision can be filed.
		d.c.Revision = Revision2024
		d.detail("revision", string(d.c.Revision))
	}
	d.c.Consent = &Consent{
		Version:    d.policy.Agreement.Version,
		Hash:       d.policy.Agreement.Hash(),
		At:         d.event.At,
		Recipients: d.policy.Agreement.Recipients,
	}
	if d.c.Method != before {
		d.detail("method", string(d.c.Method))
	}
	d.detail("agreement", d.c.Consent.Version)
	d.detail("agreement_sha256", d.c.Consent.Hash)
	d.toast("consented")
	if d.c.AfterConsent != "" {
		d.c.AfterConsent = ""
		d.goTo(Recording)
		d.resume(Recording)
		return
	}
	d.job(LookUpContact())
	for _, p := range d.c.Photos {
		if p.State == PhotoWaiting {
			d.job(FetchPhoto(p.ID))
		}
	}
}

// shows reports whether the page shows the present texts to its reader.
func (p *Policy) shows(r *PageReading) bool {
	return slices.Equal(r.Files, p.Page.Files) && r.ConsentHash == p.Agreement.Hash()
}

// noteReading stores what the applicant has read, and adds it to the audit row: the certificate agreement by the names
// of e签宝's fields, then the others.
func (d *decision) noteReading(r *PageReading) {
	d.c.Reading = &Reading{
		Files: r.Files,
		At:    d.event.At,
		Type:  r.Type,
		Login: r.Login,
		Rev:   d.c.Rev,
	}
	d.c.Personal.ReadIP = r.IP
	d.detail("read_title", r.Files[0].Title)
	d.detail("read_version", r.Files[0].Version)
	d.detail("read_sha256", r.Files[0].SHA256)
	for i, f := range r.Files[1:] {
		n := strconv.Itoa(i + 2)
		d.detail("read_title_"+n, f.Title)
		d.detail("read_version_"+n, f.Version)
		d.detail("read_sha256_"+n, f.SHA256)
	}
	d.detail("read_at", AuditTime(d.event.At))
	d.detail("read_type", string(r.Type))
	d.detail("read_login", string(r.Login))
	d.detail("read_ip", r.IP)
}

// leaveRefusedRevision lets a case that began under revision 2024 go on under 2025-10, which the operator has set up
// since, because e签宝 has refused the older one to the case ahead. Under that one its identity would be written for
// nothing. The applicant reads the agreements first; a decision of HR stays.
func (d *decision) leaveRefusedRevision() {
	c, p, ahead := d.c, d.policy, d.event.Ahead
	if ahead == nil || !ahead.fieldRefused() || ahead.EvidenceRevision() != Revision2024 ||
		c.EvidenceRevision() != Revision2024 || p.Revision != Revision202510 || p.Page == nil ||
		c.Method == MethodNone || c.Identity != nil && c.Identity.State != WriteRefused {
		return
	}
	c.Revision = Revision202510
	d.detail("revision", string(c.Revision))
}

// askToReadAgain asks the applicant to read the agreements, and reports whether it had to. The case goes on from
// Recording afterwards. A decision of HR stays.
func (d *decision) askToReadAgain() bool {
	if !d.policy.mustReadAgain(d.c) {
		return false
	}
	d.c.AfterConsent = Recording
	d.goTo(AwaitingConsent)
	d.rule("an agreement has changed")
	d.repost(AudienceApplicant)
	return true
}

// decline ends the case. Before the first consent nothing is kept of it: its photos were never fetched, so removing the
// references is enough, and words to HR go with it.
func decline(d *decision) {
	if d.c.AfterConsent == "" {
		d.c.Photos, d.c.Personal = nil, Personal{}
	}
	d.toast("cancelled")
}
