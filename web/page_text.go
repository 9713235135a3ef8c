package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"shiming/flows"
)

// text serves the exact bytes of a text, of any version, so that everybody can compare its hash.
func (v *visit) text(sha256 string) {
	if len(sha256) != 64 || strings.Trim(sha256, "0123456789abcdef") != "" {
		v.say(noText, 0)
		return
	}
	body, err := v.textOf(v.r.Context(), sha256)
	switch {
	case errors.Is(err, flows.ErrNotFound):
		v.say(noText, 0)
	case err != nil:
		v.log.WarnContext(v.r.Context(), "agreement page: no answer of the store", "error", err)
		v.say(unavailable, 0)
	default:
		v.send(http.StatusOK, "text/plain; charset=utf-8", body)
	}
}

// textOf returns a text by its hash.
func (p *Pages) textOf(ctx context.Context, sha256 string) ([]byte, error) {
	if body, ok := p.texts[sha256]; ok {
		return body, nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	return p.kept(ctx, sha256)
}
