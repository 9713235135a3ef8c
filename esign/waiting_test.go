package esign

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// TestWaiting checks that UploadFile reports the failures after which it retries, and not the error that it returns.
func TestWaiting(t *testing.T) {
	for _, tt := range []struct {
		name           string
		puts, statuses []string
		told           string
		kind           Kind
	}{
		{name: "nothing", puts: []string{stored}, statuses: []string{status(1), status(2)}, told: "[]"},
		{name: "address expired", puts: []string{expired, stored}, statuses: []string{status(2)},
			told: "[Put upload_expired]"},
		{name: "expired twice", puts: []string{expired}, told: "[Put upload_expired]", kind: KindUploadExpired},
		{name: "status fails", puts: []string{stored}, statuses: []string{"503 x", status(1), "429 x", status(2)},
			told: "[FileStatus server FileStatus rate]"},
		{name: "status refused", puts: []string{stored}, statuses: []string{"502 x", `{"code":1430608,"message":"x"}`},
			told: "[FileStatus server]", kind: KindNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &script{puts: tt.puts, statuses: tt.statuses}
			c := s.gateway(t).client(t, func(cfg *Config) {
				cfg.Wait = func(context.Context, time.Duration) error { return nil }
			})
			var told []string
			ctx := Waiting(t.Context(), func(err error) {
				e := mustError(t, err)
				told = append(told, e.Op+" "+string(e.Kind))
			})
			if _, err := c.UploadFile(ctx, "front.jpg", photo); KindOf(err) != tt.kind {
				t.Errorf("%v", err)
			}
			if got := fmt.Sprint(told); got != tt.told {
				t.Errorf("told %s, want %s", got, tt.told)
			}
		})
	}
}
