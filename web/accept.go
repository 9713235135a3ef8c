package web

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strconv"

	"shiming/engine"
	"shiming/flows"
)

// accept answers the form: it records that the person has read and accepts. Whatever is wrong with it, nothing is
// recorded and the page says so.
func (v *visit) accept() {
	c, ok := v.lookUp()
	if !ok || !v.open(c) {
		return
	}
	if !v.known(v.r, v.link.AgreementLink, c) {
		v.say(signedOut, 0) // no redirect: the policy of the form forbids one to another site
		return
	}
	if c.State == engine.AgreementAccepted { // sent twice
		v.ended(Already, "sent_again")
		v.redirect(v.address(v.link.token, nil), http.StatusSeeOther)
		return
	}
	address, err := v.readerAddress()
	if err != nil {
		v.say(noAddress, 0)
		return
	}
	ours, present := v.wasShown(*v.link, c, v.r.PostForm.Get("shown"))
	switch {
	case !ours:
		v.say(badForm, 0)
	case !present:
		v.changed(c)
	default:
		if f := v.formOf(c); v.complete(c, f) {
			v.record(c, address)
		} else {
			v.ended(Incomplete, "incomplete")
			v.showAgreement(http.StatusUnprocessableEntity, c, f)
		}
	}
}

// formOf reads the form.
func (v *visit) formOf(c engine.AgreementCase) form {
	f := form{sent: true, consent: v.r.PostForm.Get("consent") == ticked, ticked: make([]bool, len(c.Files))}
	for i := range c.Files {
		f.ticked[i] = v.r.PostForm.Get("read-"+strconv.Itoa(i+1)) == ticked
	}
	f.opened, _ = v.wasOpened(*v.link, c.Files, v.r.PostForm.Get(paramOpened))
	return f
}

// ticked is the value of a box that is ticked, and of the button that consents.
const ticked = "yes"

// complete reports whether the person has done what the read type asks for.
func (v *visit) complete(c engine.AgreementCase, f form) bool {
	if v.page.ReadType == flows.ReadClick {
		return f.consent && f.opened.next(len(c.Files)) == len(c.Files)
	}
	return f.consent && !slices.Contains(f.ticked, false)
}

// record reports the reading to the engine, which compares the texts once more.
func (v *visit) record(c engine.AgreementCase, address netip.Addr) {
	ctx, cancel := context.WithTimeout(v.r.Context(), lookupTimeout)
	defer cancel()
	after, err := v.cases.AcceptAgreement(ctx, v.link.AgreementLink, flows.PageReading{
		Files:       c.Files,
		ConsentHash: c.Consent.Hash(),
		Type:        v.page.ReadType,
		Login:       v.page.Login,
		IP:          address.String(),
	})
	if !v.found(err) {
		return
	}
	switch after.State {
	case engine.AgreementAccepted:
		v.ended(Accepted, "accepted")
		v.forgetForm()
		v.redirect(v.address(v.link.token, nil), http.StatusSeeOther)
	case engine.AgreementChanged:
		v.changed(after)
	case engine.AgreementGone:
		v.say(gone, 0)
	default:
		v.say(unavailable, 0)
	}
}

// forgetForm makes the back button load the page instead of showing the form once more, as if nothing had been sent.
// Chromium keeps a page in memory in spite of no-store, but not after a cookie that scripts cannot see has changed.
func (v *visit) forgetForm() {
	v.setCookie(v.w, doneCookie, strconv.FormatInt(v.now().UnixNano(), 36), sessionLife)
}

// changed shows the page again: a text has changed while the person was reading.
func (v *visit) changed(c engine.AgreementCase) {
	v.ended(Changed, "changed")
	v.showAgreement(http.StatusConflict, c, form{changed: true})
}

// readerAddress returns the address that becomes evidence. The first time that it is not known the operator is told.
func (v *visit) readerAddress() (netip.Addr, error) {
	a, err := v.readerOf(v.r)
	if err != nil {
		v.warnOfProxy.Do(func() {
			v.log.WarnContext(v.r.Context(), "agreement page: the address of a reader is not known, so that nobody can accept "+
				"the agreements; set server.trusted_proxies to the addresses of the proxies before this server, and let the "+
				"nearest one set X-Forwarded-For or Forwarded", "why", err)
		})
	}
	return a, err
}

// renew sends a new card with a new link to the chat of the applicant.
func (v *visit) renew() {
	if !v.link.expired(v.now()) {
		v.redirect(v.address(v.link.token, nil), http.StatusSeeOther)
		return
	}
	if wait := v.renewals.take(linkKey(v.link.AgreementLink), v.now()); wait > 0 {
		v.limited(wait)
		return
	}
	ctx, cancel := context.WithTimeout(v.r.Context(), lookupTimeout)
	defer cancel()
	c, err := v.cases.RenewAgreementLink(ctx, v.link.AgreementLink)
	if !v.found(err) {
		return
	}
	switch c.State {
	case engine.AgreementOpen:
		v.say(renewed, 0)
	case engine.AgreementAccepted:
		v.say(already, 0)
	default:
		v.say(gone, 0)
	}
}
