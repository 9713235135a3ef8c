package app

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"time"

	"shiming/config"
	"shiming/engine"
	"shiming/flows"
	"shiming/store"
)

// Privacy is what a data-protection officer reads, for commands in the shell, also while serve works on the same
// database. Close releases it.
type Privacy struct {
	store  *store.Store
	engine *engine.Engine
}

// OpenPrivacy opens the database beside a serve that may be running. It creates nothing.
func OpenPrivacy(ctx context.Context, cfg config.Config) (*Privacy, error) {
	e, err := OpenEvidence(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return &Privacy{e.store, e.engine}, nil
}

// Close closes the database.
func (p *Privacy) Close() error { return p.store.Close() }

// Now returns the present time.
func (p *Privacy) Now() time.Time { return p.store.Now() }

// Reports returns the report of each tenant.
func (p *Privacy) Reports(ctx context.Context, from, to time.Time) ([]*flows.PrivacyReport, error) {
	tenants, err := p.store.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	out := []*flows.PrivacyReport{}
	for _, tenant := range tenants {
		err := p.store.View(ctx, func(v flows.View) error {
			r, err := p.engine.PrivacyReport(ctx, v, tenant, from, to)
			out = append(out, r)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Audit proves all audit chains and heads; see store.ProveAuditBy. kept are names of files with notifications that the
// receiver of the heads has kept, heads are texts or names of files that hold published heads.
func (p *Privacy) Audit(ctx context.Context, kept []string, heads ...string) (*store.AuditProof, error) {
	given, err := publishedHeads(heads)
	if err != nil {
		return nil, err
	}
	k, err := keptHeads(kept)
	if err != nil {
		return nil, err
	}
	return p.store.ProveAuditBy(ctx, k, given...)
}

// keptHeads reads files of notifications; nil without a file.
func keptHeads(files []string) (*store.KeptHeads, error) {
	if len(files) == 0 {
		return nil, nil
	}
	k := store.NewKeptHeads()
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("--heads: %w", err)
		}
		if err := errors.Join(k.Read(bufio.NewReader(f)), f.Close()); err != nil {
			return nil, fmt.Errorf("--heads: %s: %w", name, err)
		}
	}
	return k, nil
}

// aHead is a head as it is published: the SHA-256 in hex.
var aHead = regexp.MustCompile(`\b[0-9a-f]{64}\b`)

// ErrNoHead means that neither the text nor the file of the name holds a head.
var ErrNoHead = errors.New(
	"--head takes the hash of a published head (64 hexadecimal digits), or a file with such hashes")

// publishedHeads reads the heads out of texts or files, such as messages that were copied from the group.
func publishedHeads(texts []string) (out [][]byte, err error) {
	for _, text := range texts {
		found := aHead.FindAllString(text, -1)
		if len(found) == 0 {
			raw, err := os.ReadFile(text)
			if err != nil {
				return nil, errors.Join(ErrNoHead, err)
			}
			if found = aHead.FindAllString(string(raw), -1); len(found) == 0 {
				return nil, ErrNoHead
			}
		}
		for _, f := range found {
			head, err := hex.DecodeString(f)
			if err != nil {
				return nil, ErrNoHead
			}
			if !slices.ContainsFunc(out, func(o []byte) bool { return string(o) == string(head) }) {
				out = append(out, head)
			}
		}
	}
	return out, nil
}
