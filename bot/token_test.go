package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"
)

func TestTokenRefused(t *testing.T) {
	t.Parallel()
	for code := range tokenRefused {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			refusals, calls := 1, 0
			f.handle("POST /open-apis/document_ai/v1/id_card/recognize", func(w http.ResponseWriter, r *http.Request) {
				calls++
				if _, content := fileOf(t, r, "file"); content != "jpeg" {
					t.Errorf("attempt %d carries %q, want %q", calls, content, "jpeg")
				}
				if calls <= refusals {
					answerCode(w, 400, code)
					return
				}
				ok(w, `{"id_card":{}}`)
			})
			c := f.client(t)
			_, err := c.ReadIDCard(t.Context(), []byte("jpeg"), func() {})
			if err != nil || calls != 2 || f.issued() != 2 {
				t.Errorf("got %v after %d calls and %d tokens, want 2, 2", err, calls, f.issued())
			}
			// If the platform refuses the new token, too, the client gives up.
			refusals, calls = 9, 0
			_, err = c.ReadIDCard(t.Context(), []byte("jpeg"), func() {})
			var api *APIError
			if !errors.As(err, &api) || api.Class() != ClassCredentials || calls != 2 {
				t.Errorf("got %v after %d calls, want 2", err, calls)
			}
		})
	}
}

func TestTokenRevokedMidway(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.handle("GET /open-apis/im/v1/messages/om_1/resources/img", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "jpeg")
	})
	c := f.client(t)
	for range 2 {
		if got, err := c.Download(t.Context(), "om_1", "img", "image"); string(got) != "jpeg" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		f.revoke()
	}
	if f.issued() != 2 {
		t.Errorf("%d tokens fetched, want 2", f.issued())
	}
}

func TestTokenErrors(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	_, err := f.client(t, func(c *ClientConfig) { c.AppSecret = "wrong-secret" }).BotInfo(t.Context())
	var api *APIError
	if !errors.As(err, &api) || api.Op != opToken || api.Code != 10015 || api.Class() != ClassCredentials ||
		api.Temporary() {
		t.Errorf("got %v", err)
	}
}

func TestShortTokenIsNotKept(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.expire = int(tokenMargin / time.Second) // the ttl becomes 0, which go-cache takes for its default
	f.handle("GET /open-apis/bot/v3/info", func(w http.ResponseWriter, _ *http.Request) { ok(w, `{}`) })
	c := f.client(t)
	for range 3 {
		if _, err := c.BotInfo(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if f.issued() != 3 {
		t.Errorf("%d tokens fetched for 3 calls, want 3", f.issued())
	}
}

func TestTokenIsFetchedOnce(t *testing.T) {
	t.Parallel()
	const callers = 20
	release := make(chan struct{})
	fetches := 0
	tk := newTokens(func(context.Context, string) (string, time.Duration, error) {
		fetches++
		<-release
		return "t", time.Hour, nil
	})
	// The context of the first caller ends; the fetch goes on for the others.
	first, cancel := context.WithCancel(t.Context())
	cancelled := make(chan error)
	go func() {
		_, err := tk.get(first, "")
		cancelled <- err
	}()
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			if got, err := tk.get(t.Context(), ""); got != "t" || err != nil {
				t.Errorf("got %q, %v, want %q", got, err, "t")
			}
		})
	}
	cancel()
	if err := <-cancelled; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v for the first caller, want %v", err, context.Canceled)
	}
	close(release)
	wg.Wait()
	if fetches != 1 {
		t.Errorf("%d fetches, want 1", fetches)
	}
}

func TestDropKeepsTheNewer(t *testing.T) {
	t.Parallel()
	tk := newTokens(nil)
	tk.put("", "new", time.Hour)
	tk.drop("", "old")
	if got, err := tk.get(t.Context(), ""); got != "new" || err != nil {
		t.Errorf("got %q, %v, want %q", got, err, "new")
	}
}
