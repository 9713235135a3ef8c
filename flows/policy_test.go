package flows

import (
	"slices"
	"testing"
)

func TestAdminsOfATenant(t *testing.T) {
	t.Parallel()
	p := &Policy{Admins: []string{"ou_0", "a/ou_1", "a/ou_2", "b/ou_1", "/ou_3"}}
	for tenant, want := range map[string][]string{"a": {"ou_0", "ou_1", "ou_2"}, "b": {"ou_0", "ou_1"}, "c": {"ou_0"},
		"": {"ou_0", "ou_3"}} {
		t.Run(tenant, func(t *testing.T) {
			if got := p.AdminsOf(tenant); !slices.Equal(got, want) {
				t.Errorf("%q: %v, want %v", tenant, got, want)
			}
		})
	}
}
