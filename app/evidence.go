package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"shiming/config"
	"shiming/engine"
	"shiming/evidence"
	"shiming/flows"
	"shiming/store"
	"shiming/store/keyset"
)

// Evidence reads the evidence of cases for commands in the shell, also while serve works on the same database. Close
// releases it.
type Evidence struct {
	store  *store.Store
	engine *engine.Engine
	keys   *keyset.Keyset
}

// Look is a look at the evidence; see engine.OperatorLook.
type Look struct {
	Export bool
	Full   bool
	Reason string
}

// ErrNoSuchCase means that there is no case with the id, or none of the person.
var ErrNoSuchCase = errors.New("no such case: give a case id, or the open_id of a person who has begun a registration")

// EvidenceKeys returns the public keys of the installation as a JWK set. It needs no database.
func EvidenceKeys(cfg config.Config) ([]byte, error) {
	keys, err := LoadKeys(cfg)
	if err != nil {
		return nil, err
	}
	return evidence.PublicKeys(keys.SigningKeys())
}

// OpenEvidence opens the database beside a serve that may be running. It creates nothing.
func OpenEvidence(ctx context.Context, cfg config.Config) (*Evidence, error) {
	s, keys, err := openBeside(ctx, cfg)
	if err != nil {
		return nil, err
	}
	e := engine.New(engine.Deps{
		Store:  s,
		Policy: Policy(cfg),
		Shared: true,
		Log:    slog.New(slog.DiscardHandler),
		Now:    s.Now,
	})
	return &Evidence{store: s, engine: e, keys: keys}, nil
}

// openBeside opens the database and its keyset for a command, beside a serve that may be running.
func openBeside(ctx context.Context, cfg config.Config) (*store.Store, *keyset.Keyset, error) {
	keys, err := LoadKeys(cfg)
	if err != nil {
		return nil, nil, err
	}
	s, err := store.Open(ctx, store.Config{
		DSN:    cfg.Store.DSN,
		Sync:   string(cfg.Store.Sync),
		Keyset: keys,
		Beside: true,
	})
	switch {
	case errors.Is(err, store.ErrWrongKeyset):
		return nil, nil, fmt.Errorf("security.keyset_file: %s does not belong to the database%s: %w",
			cfg.Security.KeysetFile, sqliteFile(cfg), err)
	case keyError(err):
		return nil, nil, fmt.Errorf("security.keyset_file: %s, database%s: %w", cfg.Security.KeysetFile, sqliteFile(cfg), err)
	case errors.Is(err, os.ErrNotExist):
		return nil, nil, fmt.Errorf("store.dsn: there is no database%s", sqliteFile(cfg))
	case err != nil:
		return nil, nil, fmt.Errorf("store.dsn: %w", err)
	}
	return s, keys, nil
}

// Close closes the database.
func (e *Evidence) Close() error { return e.store.Close() }

// Record puts the look on record and returns the facts of a case. who is a case id, or an open_id: of several cases of a
// person the newest with an evidence point counts, and otherwise the newest. It returns ErrNoSuchCase.
func (e *Evidence) Record(ctx context.Context, who string, l Look) (*evidence.Record, error) {
	id, err := e.caseOf(ctx, who)
	if err != nil {
		return nil, err
	}
	c, rows, err := e.engine.LookAtEvidence(ctx, id, engine.OperatorLook(l))
	switch {
	case flows.IsNotFound(err):
		return nil, ErrNoSuchCase
	case errors.Is(err, flows.ErrChain):
		return nil, fmt.Errorf("somebody has changed the audit trail, so that it proves nothing: %w", err)
	case err != nil:
		return nil, err
	}
	reason := ""
	if l.Full {
		reason = rows[len(rows)-1].Detail["reason"]
	}
	return evidence.Of(c, rows, &e.engine.Policy, evidence.Options{
		At:     rows[len(rows)-1].At,
		Full:   l.Full,
		Reason: reason,
	})
}

// Sign returns the bundle of a record, signed with the present key of the installation.
func (e *Evidence) Sign(r *evidence.Record) ([]byte, error) {
	return evidence.Sign(r, e.keys.SigningKeys()[0])
}

func (e *Evidence) caseOf(ctx context.Context, who string) (id string, err error) {
	if !strings.HasPrefix(who, "ou_") {
		return who, nil
	}
	cases, err := e.store.CasesOfPerson(ctx, who)
	if err != nil {
		return "", err
	}
	if len(cases) == 0 {
		return "", ErrNoSuchCase
	}
	for _, c := range cases {
		if flows.HasFiledEvidence(c) {
			return c.ID, nil
		}
	}
	return cases[0].ID, nil
}
