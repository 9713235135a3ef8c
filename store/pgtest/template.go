package pgtest

import (
	"context"
	"sync"
	"testing"
	"time"
)

// Template is a database that tests copy, because preparing one takes longer than most tests.
type Template struct {
	// Prepare fills the database when the first test asks for a copy. It leaves no connection open.
	Prepare func(ctx context.Context, dsn string) error

	once sync.Once
	name string
	err  error
}

// DSN creates a copy of the template and returns its URL. The end of the test drops the copy.
func (m *Template) DSN(t testing.TB) string {
	t.Helper()
	s, err := shared()
	SkipIfMissing(t, err)
	m.once.Do(func() { m.name, m.err = s.prepared(m.Prepare) })
	if m.err != nil {
		t.Fatal(m.err)
	}
	return s.forTest(t, " TEMPLATE "+m.name)
}

// prepared creates a database, fills it and returns its name.
func (s *Server) prepared(fill func(ctx context.Context, dsn string) error) (name string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	name, dsn, err := s.create(ctx, "")
	if err != nil {
		return "", err
	}
	return name, fill(ctx, dsn)
}
