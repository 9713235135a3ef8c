package engine

import "time"

// A toast names the colleague who was faster, as in "approved by NAME". Looking a name up takes longer than a click may
// wait, so the workers look up the admins' names beforehand and keep them here.

// nameTTL is how long a name is kept.
const nameTTL = 12 * time.Hour

// The workers refresh all names every NameRefreshInterval, which is also how long an admin who has left the company
// keeps the desk at most. While names are missing they try again after NameRetryInterval, and after twice the pause
// each further time.
const (
	NameRefreshInterval = time.Hour
	NameRetryInterval   = time.Minute
)

// RememberName keeps the display name of a person for toasts.
func (e *Engine) RememberName(openID, name string) { e.names.SetDefault(openID, name) }

// nameOf returns a name that RememberName keeps, or "".
func (e *Engine) nameOf(openID string) string {
	if name, ok := e.names.Get(openID); ok {
		return name.(string)
	}
	return ""
}
