package sim

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"shiming/sim/feishu"
)

const (
	// maxPages limits how many pages in a row a person goes through before giving up.
	maxPages = 20
	// maxReopens limits how often a person opens the link again after a login that the page did not accept.
	maxReopens = 3
)

// openers are the beginnings of the links that open a text, in a page that wants each one opened.
var openers = []string{"打开下一份", "点开阅读"}

// consent presses the button, or opens the agreement page if the card links to it, and accepts there.
func (w *World) consent(ctx context.Context, openID string, s screen) error {
	if s.page == "" {
		_, err := w.press(ctx, openID, s, feishu.ByAct(actConsent), actConsent, nil)
		return err
	}
	err := w.AcceptAgreement(ctx, openID, s.page)
	var stuck *StuckError
	if errors.As(err, &stuck) && w.changed(s) { // the link was an old one
		return errStale
	}
	return err
}

// consent consents once: a version of the card that came while the person was on the page asks for nothing new.
func (r *robot) consent(ctx context.Context, now screen) error {
	if err := r.w.consent(ctx, r.OpenID, now); err != nil {
		return err
	}
	if m, ok := r.w.Feishu.Message(now.msg.ID); ok && now.page != "" && read(m).stage == StageConsent {
		r.handled[m.ID] = version(m)
	}
	return nil
}

// AcceptAgreement opens the link to the agreement page on a person's phone, ticks what has to be ticked and submits. It
// tries again, with backoff, while the bot is unavailable. The error is that of ctx or a *StuckError.
func (w *World) AcceptAgreement(ctx context.Context, openID, link string) error {
	reopened := 0
	for wait := firstBackoff; ; wait = min(2*wait, maxBackoff) {
		p, err := accept(ctx, w.Browser(openID), link)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil && p.Status == http.StatusBadRequest && p.isAt(link) && reopened < maxReopens:
			reopened++
		case err == nil && !p.unavailable(link):
			if why := p.refusal(link); why != "" {
				return &StuckError{OpenID: openID, Stage: StageConsent, Why: why}
			}
			return nil
		}
		if err := pause(ctx, wait); err != nil {
			return err
		}
	}
}

// accept returns the page on which a person ends who opens every text and submits every form.
func accept(ctx context.Context, b *Browser, link string) (p *Page, err error) {
	p, err = b.Open(ctx, link)
	for range maxPages {
		switch {
		case err != nil || p.Form == nil:
			return p, err
		case p.Form.CanSubmit():
			p, err = p.Form.Accept(ctx)
		default:
			l, ok := p.FindLink(openers...)
			if !ok {
				return p, nil
			}
			p, err = p.Follow(ctx, l)
		}
	}
	return p, err
}

// unavailable reports whether the page is the one of a server that will answer otherwise soon. The bot itself has no
// excuse for a status 500.
func (p *Page) unavailable(link string) bool {
	switch p.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return p.Status >= http.StatusInternalServerError && !p.isAt(link)
}

// refusal says why the person cannot accept, "" after success.
func (p *Page) refusal(link string) string {
	switch {
	case !p.isAt(link):
		return fmt.Sprintf("the login before the agreement ends with %d", p.Status)
	case p.Status != http.StatusOK:
		return fmt.Sprintf("the agreement page answers %d", p.Status)
	case p.Form != nil:
		return "the form of the agreement cannot be submitted, or comes back again and again"
	}
	return ""
}

// isAt reports whether the page is from the server of an address.
func (p *Page) isAt(address string) bool {
	at, err := url.Parse(p.URL)
	want, err2 := url.Parse(address)
	return err == nil && err2 == nil && at.Host == want.Host
}
