package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"shiming/config"
	"shiming/engine"
	"shiming/flows"
	"shiming/owncopy"
	"shiming/store"
	"shiming/workers"
)

// Requests are requests of people about their own data that come otherwise than in the chat, for commands in the shell,
// also while serve works on the same database. Close releases it.
type Requests struct {
	store  *store.Store
	engine *engine.Engine
}

// OnBehalf says who acts for a person, and why; see engine.OnBehalf.
type OnBehalf = engine.OnBehalf

// DueDay returns the last day on which a request can be answered in time, such as 2026-06-30.
func DueDay(r *flows.DataRequest) string { return engine.DueDay(r.DueAt) }

// Errors of Requests.
var (
	ErrNoSuchRequest = errors.New("no such request: `shiming privacy request list` lists the open ones")
	ErrNobody        = errors.New("no such person: give a case id, or the open_id of somebody who has registered")
)

// OpenRequests opens the database beside a serve that may be running. It creates nothing.
func OpenRequests(ctx context.Context, cfg config.Config) (*Requests, error) {
	e, err := OpenEvidence(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return &Requests{e.store, e.engine}, nil
}

// Close closes the database.
func (r *Requests) Close() error { return r.store.Close() }

// Now returns the present time.
func (r *Requests) Now() time.Time { return r.store.Now() }

// maxListedRequests bounds List for each company.
const maxListedRequests = 1000

// List returns the open requests, those that are due first come first; of a person (a case id or an open_id) all, the
// newest first. It leaves out their texts.
func (r *Requests) List(ctx context.Context, who string) (out []*flows.DataRequest, err error) {
	if who != "" {
		c, err := r.newestCase(ctx, who)
		if err != nil {
			return nil, err
		}
		err = r.store.View(ctx, func(v flows.View) (err error) {
			out, err = v.DataRequestsOf(ctx, c.TenantKey, c.OpenID, maxListedRequests)
			return err
		})
		return out, err
	}
	tenants, err := r.store.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	err = r.store.View(ctx, func(v flows.View) error {
		out = nil
		for _, tenant := range tenants {
			open, err := v.OpenDataRequests(ctx, tenant, "", maxListedRequests)
			if err != nil {
				return err
			}
			out = append(out, open...)
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b *flows.DataRequest) int { return a.DueAt.Compare(b.DueAt) })
	return out, err
}

// newestCase returns the newest case of a person, by the id of any of them or by an open_id.
func (r *Requests) newestCase(ctx context.Context, who string) (*flows.Case, error) {
	if !strings.HasPrefix(who, "ou_") {
		var c *flows.Case
		err := r.store.View(ctx, func(v flows.View) error {
			of, err := v.Case(ctx, who)
			if err != nil {
				return err
			}
			c, err = v.LatestCase(ctx, of.TenantKey, of.OpenID)
			return err
		})
		if flows.IsNotFound(err) {
			return nil, ErrNobody
		}
		return c, err
	}
	cases, err := r.store.CasesOfPerson(ctx, who)
	if err == nil && len(cases) == 0 {
		err = ErrNobody
	}
	if err != nil {
		return nil, err
	}
	return cases[0], nil
}

// Add records a request. who is a case id or an open_id.
func (r *Requests) Add(
	ctx context.Context, who string, kind flows.RequestKind, words string, o OnBehalf,
) (*flows.DataRequest, error) {
	c, err := r.newestCase(ctx, who)
	if err != nil {
		return nil, err
	}
	return r.engine.AskOnBehalf(ctx, c.ID, kind, words, o)
}

// Answer ends a request.
func (r *Requests) Answer(
	ctx context.Context, id string, state flows.RequestState, answer string, o OnBehalf,
) (*flows.DataRequest, error) {
	out, err := r.engine.AnswerOnBehalf(ctx, id, state, answer, o)
	if flows.IsNotFound(err) {
		err = ErrNoSuchRequest
	}
	return out, err
}

// Copy writes the copy of everything that is kept about a person into a directory, as a page and as JSON, readable by
// its owner only, and ends the request. requestID is an open request for a copy; without one who is a case id or an
// open_id. It returns the names of the files. A copy that could not be written leaves the request open.
func (r *Requests) Copy(
	ctx context.Context, requestID, who, dir string, o OnBehalf,
) (written []string, err error) {
	caseID := ""
	if requestID == "" {
		c, err := r.newestCase(ctx, who)
		if err != nil {
			return nil, err
		}
		caseID = c.ID
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	request, err := r.engine.CopyOnBehalf(ctx, requestID, caseID, o)
	switch {
	case flows.IsNotFound(err):
		return nil, ErrNoSuchRequest
	case errors.Is(err, engine.ErrOpen):
		return nil, fmt.Errorf("%w: write the copy with --request", err)
	case err != nil:
		return nil, err
	}
	in, err := workers.CopyInput(ctx, r.engine, request.TenantKey, request.OpenID)
	if err != nil {
		return nil, notWritten(request.ID, err)
	}
	content := owncopy.Of(in)
	for end, encode := range map[string]func() ([]byte, error){".html": content.Page, ".json": content.JSON} {
		raw, err := encode()
		if err != nil {
			return written, notWritten(request.ID, err)
		}
		// A name of its own for each try, so that nothing is written over.
		path := filepath.Join(dir, "own-data-"+request.ID+"-"+in.Now.UTC().Format("20060102T150405.000")+end)
		if err := WriteNew(path, raw); err != nil {
			return written, notWritten(request.ID, err)
		}
		written = append(written, path)
	}
	slices.Sort(written)
	return written, r.engine.CopyWritten(ctx, request.ID, o.By)
}

// notWritten says that the request stays open.
func notWritten(id string, err error) error {
	return fmt.Errorf("the copy was not written, its request %s stays open (--request %s tries again): %w", id, id, err)
}

// WriteNew writes a file that did not exist, readable by its owner only.
func WriteNew(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path)) // a part of it helps nobody
	}
	return nil
}
