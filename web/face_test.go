package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"shiming/engine"
	"shiming/flows"
)

// fakeFaces is an engine with one flow.
type fakeFaces struct {
	state    engine.FaceReturn
	err      error
	tokens   []string
	returned []flows.FaceLink
}

func (f *fakeFaces) FaceCase(_ context.Context, l flows.FaceLink, token string) (engine.FaceCase, error) {
	f.tokens = append(f.tokens, token)
	if l.CaseID != caseID {
		return engine.FaceCase{}, flows.ErrNotFound
	}
	return engine.FaceCase{TenantKey: tenant, OpenID: applicant, State: f.state}, f.err
}

func (f *fakeFaces) FaceReturned(_ context.Context, l flows.FaceLink) error {
	f.returned = append(f.returned, l)
	return nil
}

// TestFaceReturn: only the way back from the present flow of this applicant makes the bot look, and no page shows
// anything about the person.
func TestFaceReturn(t *testing.T) {
	until := start.Add(2 * time.Hour)
	of := func(id, openID string) string {
		c := &flows.Case{ID: id, TenantKey: tenant, OpenID: openID, FaceCheck: &flows.FaceCheck{Seq: 3}}
		return strings.TrimPrefix(FaceLinks(site, testMAC)(c, until), site)
	}
	own := of(caseID, applicant)
	agreement, err := makeToken(testMAC, flows.AgreementLink{CaseID: caseID, Rev: 3}, until)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		path    string
		method  string
		state   engine.FaceReturn
		err     error
		at      time.Time
		status  int
		outcome Outcome // "" if none is counted
		looks   bool
	}{
		"own":             {own, "GET", engine.FaceUnderWay, nil, start, 200, Returned, true},
		"with a token":    {own + "?BizToken=t", "GET", engine.FaceUnderWay, nil, start, 200, Returned, true},
		"another flow":    {own + "?BizToken=t", "GET", engine.FaceOfAnother, nil, start, 403, WrongPerson, false},
		"over":            {own, "GET", engine.FaceGone, nil, start, 410, Gone, false},
		"too late":        {own, "GET", engine.FaceUnderWay, nil, until, 410, Expired, false},
		"of another case": {of(otherCase, applicant), "GET", engine.FaceUnderWay, nil, start, 410, Gone, false},
		"of somebody":     {of(caseID, "ou_other"), "GET", engine.FaceUnderWay, nil, start, 404, Forged, false},
		"cut":             {own[:len(own)-1], "GET", engine.FaceUnderWay, nil, start, 404, Forged, false},
		"agreement's":     {FacePrefix + agreement, "GET", engine.FaceUnderWay, nil, start, 404, Forged, false},
		"empty":           {FacePrefix, "GET", engine.FaceUnderWay, nil, start, 404, Forged, false},
		"long":            {own + "?x=" + strings.Repeat("x", 2<<10), "GET", engine.FaceUnderWay, nil, start, 414, BadRequest, false},
		"a robot":         {own, "HEAD", engine.FaceUnderWay, nil, start, 200, "", false},
		"a form":          {own, "POST", engine.FaceUnderWay, nil, start, 405, BadRequest, false},
		"no database":     {own, "GET", engine.FaceUnderWay, errors.New("down"), start, 503, Unavailable, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fakeFaces{state: tt.state, err: tt.err}
			var seen []Outcome
			p, err := NewFace(FaceConfig{
				PublicURL: site,
				Cases:     f,
				MAC:       testMAC,
				ChatURL:   chat,
				Now:       func() time.Time { return tt.at },
				Log:       slog.New(slog.DiscardHandler),
				Observe:   func(o Outcome) { seen = append(seen, o) },
			})
			if err != nil {
				t.Fatal(err)
			}
			w := httptest.NewRecorder()
			p.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), tt.method, tt.path, http.NoBody))
			if w.Code != tt.status || (tt.outcome == "") != (len(seen) == 0) || len(seen) > 0 && seen[0] != tt.outcome {
				t.Errorf("got %d and %v, want %d and %s", w.Code, seen, tt.status, tt.outcome)
			}
			if got := len(f.returned) == 1; got != tt.looks {
				t.Errorf("the bot looks: %t, want %t", got, tt.looks)
			}
			if tt.looks && f.returned[0] != (flows.FaceLink{CaseID: caseID, Seq: 3}) {
				t.Errorf("got %+v", f.returned)
			}
			if body := w.Body.String(); strings.Contains(body, applicant) || tt.method == "GET" && !strings.Contains(body, chat[:30]) {
				t.Error("the page names the person, or has no way back to the chat")
			}
			if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Content-Security-Policy") == "" {
				t.Error("the headers of the pages are missing")
			}
		})
	}
}
