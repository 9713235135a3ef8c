package harness

import (
	"errors"

	"shiming/sim"
)

// Consent consents: on the agreement page if the newest consent card links to it, otherwise by its button.
func (p Person) Consent() {
	p.H.Helper()
	for {
		s := p.consentCard()
		if s.Page == "" {
			p.Press("consent")
			return
		}
		err := p.H.World.AcceptAgreement(p.H.Ctx, p.OpenID, s.Page)
		if err == nil {
			return
		}
		var stuck *sim.StuckError
		if now := p.consentCard(); errors.As(err, &stuck) && now.Page != s.Page { // the card was drawn anew meanwhile
			continue
		}
		p.H.Fatal(err)
	}
}

// consentCard waits for a card that takes the consent, here or on the page.
func (p Person) consentCard() CardView {
	p.H.Helper()
	return p.H.Find(p.ChatID, "a card that asks for the consent", func(s CardView) bool {
		return s.Stage == sim.StageConsent && (s.Page != "" || s.Has("consent"))
	})
}

// AgreementURL returns the address of the agreement page on the newest consent card.
func (p Person) AgreementURL() string {
	p.H.Helper()
	s := p.consentCard()
	if s.Page == "" {
		p.H.Fatal("got a card that takes the consent itself, want a link to the agreement page")
	}
	return s.Page
}

// OpenAgreement opens the agreement page of the newest consent card on the person's phone.
func (p Person) OpenAgreement() *sim.Page {
	p.H.Helper()
	return p.H.OpenPage(p.Browser(), p.AgreementURL())
}

// OpenPage opens an address in a browser.
func (h *Harness) OpenPage(b *sim.Browser, address string) *sim.Page {
	h.Helper()
	page, err := b.Open(h.Ctx, address)
	if err != nil {
		h.Fatal(err)
	}
	return page
}
