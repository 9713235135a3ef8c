package config

import (
	"slices"
	"testing"
)

func TestEnviron(t *testing.T) {
	t.Parallel()
	got := Environ(map[string]string{"store.dsn": "sqlite:x", "feishu.app_id": "y"})
	if want := []string{"SHIMING_FEISHU_APP_ID=y", "SHIMING_STORE_DSN=sqlite:x"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
