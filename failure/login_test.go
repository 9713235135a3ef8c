package failure

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

// login is the error of a client's login.
type login struct {
	call
	can Login
}

func (l login) Login() Login { return l.can }

func TestLoginOf(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err  error
		want Login
	}{
		"what the client says":  {login{can: LoginRefused}, LoginRefused},
		"wrapped":               {fmt.Errorf("login: %w", login{can: LoginAgain}), LoginAgain},
		"another call":          {call{}, LoginLater},
		"deadline":              {context.DeadlineExceeded, LoginLater},
		"error of this program": {errors.New("disk"), LoginLater},
	} {
		t.Run(name, func(t *testing.T) {
			if got := LoginOf(tt.err); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
