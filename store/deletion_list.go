package store

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"shiming/flows"
)

// Deleted is a deletion as the list has it.
type Deleted struct {
	CaseID string
	flows.Deletion
}

// key names a deletion: a case has one of each scope.
func (d Deleted) key() string { return d.CaseID + "/" + string(d.Scope) }

// line is the form of an entry in the list: time, case, scope and rule, with blanks between. It holds nothing personal.
func (d Deleted) line() string {
	return d.At.UTC().Format(time.RFC3339Nano) + " " + d.CaseID + " " + string(d.Scope) + " " + string(d.Rule) + "\n"
}

// DeletionListError means that a line of a list of deletions cannot be read.
type DeletionListError struct{ Line int }

func (e *DeletionListError) Error() string {
	return fmt.Sprintf("store: list of deletions: line %d is none of a list of deletions", e.Line)
}

// ReadDeletions reads a list of deletions. Its last line may be incomplete, because a process died while it wrote: the
// database still has that deletion. It returns os.ErrNotExist without a file, and a *DeletionListError for any other
// file.
func ReadDeletions(path string) (all []Deleted, err error) {
	all, _, err = readDeletions(path)
	return all, err
}

// readDeletions also returns how many bytes the complete lines have.
func readDeletions(path string) (all []Deleted, size int64, err error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, 0, fmt.Errorf("store: list of deletions: %w", err)
	}
	if end := bytes.LastIndexByte(raw, '\n'); end >= 0 {
		raw = raw[:end+1]
	} else {
		raw = nil
	}
	lines := bufio.NewScanner(bytes.NewReader(raw))
	for n := 1; lines.Scan(); n++ {
		parts := strings.Fields(lines.Text())
		if len(parts) != 4 {
			return nil, 0, &DeletionListError{n}
		}
		at, err := time.Parse(time.RFC3339Nano, parts[0])
		scope := flows.PurgeScope(parts[2])
		if err != nil || scope != flows.PurgePhotos && scope != flows.PurgeAll {
			return nil, 0, &DeletionListError{n}
		}
		all = append(all, Deleted{parts[1], flows.Deletion{Scope: scope, Rule: flows.DeletionRule(parts[3]), At: at}})
	}
	return all, int64(len(raw)), lines.Err()
}

// DeletionList keeps a copy of the table of deletions in a file of its own, so that a backup which is restored later can
// be told what was deleted since. It is not safe for concurrent use.
type DeletionList struct {
	file  *os.File
	lock  *flock.Flock
	known map[string]bool // case and scope
	begun bool            // the database was read
	last  time.Time       // of the newest deletion in it
}

// commitDelay is more than the time between a deletion's time and its commit.
const commitDelay = 10 * time.Minute

// ErrListHeld means that another process writes the list. It copies from the same database, so that one is enough.
var ErrListHeld = errors.New("store: list of deletions: another process writes it")

// OpenDeletionList opens or creates the list, mode 0600, and holds a lock on it. An incomplete last line is cut off. It
// returns ErrListHeld, a *DeletionListError, or an error of the file system.
func OpenDeletionList(path string) (l *DeletionList, err error) {
	lock := flock.New(path+".lock", flock.SetPermissions(0o600))
	defer func() {
		if err != nil {
			err = errors.Join(err, lock.Close())
		}
	}()
	switch locked, err := lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("store: list of deletions: %w", err)
	case !locked:
		return nil, ErrListHeld
	}
	l = &DeletionList{known: map[string]bool{}, lock: lock}
	all, size, err := readDeletions(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	for _, d := range all {
		l.known[d.key()] = true
	}
	if l.file, err = os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600); err != nil {
		return nil, fmt.Errorf("store: list of deletions: %w", err)
	}
	if err = l.file.Truncate(size); err == nil {
		_, err = l.file.Seek(size, 0)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store: list of deletions: %w", err), l.file.Close())
	}
	return l, nil
}

// Close closes the file and gives up the lock.
func (l *DeletionList) Close() error { return errors.Join(l.file.Close(), l.lock.Close()) }

// Add writes deletions that the list does not have yet, and flushes them to the disk. It returns how many it wrote.
func (l *DeletionList) Add(all []Deleted) (n int, err error) {
	var lines strings.Builder
	var added []string
	for _, d := range all {
		if key := d.key(); !l.known[key] {
			lines.WriteString(d.line())
			added = append(added, key)
		}
	}
	if len(added) == 0 {
		return 0, nil
	}
	if _, err = l.file.WriteString(lines.String()); err == nil {
		err = l.file.Sync()
	}
	if err != nil {
		return 0, fmt.Errorf("store: list of deletions: %w", err)
	}
	for _, key := range added {
		l.known[key] = true
	}
	return len(added), nil
}

// CatchUp adds what the database has and the list has not: everything at first, then what is new. It notes in the
// database that a list is kept.
func (l *DeletionList) CatchUp(ctx context.Context, s *Store) (n int, err error) {
	since := time.Time{}
	if l.begun {
		since = l.last.Add(-commitDelay)
	} else if err := s.putMark(ctx, listMark, "kept"); err != nil {
		return 0, err
	}
	after := Deleted{Deletion: flows.Deletion{At: since}}
	for {
		page, err := s.Deletions(ctx, after, deletionsPage)
		if err != nil {
			return n, err
		}
		added, err := l.Add(page)
		if err != nil {
			return n, err
		}
		n += added
		if len(page) > 0 {
			after = page[len(page)-1]
		}
		if len(page) < deletionsPage {
			l.begun, l.last = true, after.At
			return n, nil
		}
	}
}

// deletionsPage is how many deletions are read at once.
const deletionsPage = 10_000

// listMark is the setting that says that a list of deletions is kept.
const listMark = "database/deletion_list"

// KeepsDeletionList reports whether a list of deletions was kept when the database was last served.
func (s *Store) KeepsDeletionList(ctx context.Context) (bool, error) {
	_, kept, err := s.readMark(ctx, listMark)
	return kept, err
}

// Deletions returns deletions of all tenants behind one, oldest first.
func (s *Store) Deletions(ctx context.Context, after Deleted, limit int) (all []Deleted, err error) {
	scan := func(scan scanner) (d Deleted, err error) {
		var at int64
		err = scan(&d.CaseID, &d.Scope, &d.Rule, &at)
		d.At = fromMillis(at)
		return d, err
	}
	err = s.View(ctx, func(fv flows.View) error {
		all, err = collect(ctx, fv.(*view).q, "deletions", scan, `
			SELECT case_id, scope, rule, at_ms
			FROM deletions
			WHERE (at_ms, case_id, scope) > ($1, $2, $3)
			ORDER BY at_ms, case_id, scope
			LIMIT $4`,
			millis(after.At), after.CaseID, string(after.Scope), limit,
		)
		return err
	})
	return all, err
}

// KnowsDeletion reports whether the database has the deletion.
func (s *Store) KnowsDeletion(ctx context.Context, d Deleted) (known bool, err error) {
	err = s.View(ctx, func(fv flows.View) error {
		err := fv.(*view).q.QueryRowContext(ctx,
			`SELECT EXISTS (SELECT 1 FROM deletions WHERE case_id = $1 AND scope = $2)`, d.CaseID, string(d.Scope)).Scan(&known)
		if err != nil {
			return fmt.Errorf("store: deletions: %w", err)
		}
		return nil
	})
	return known, err
}
