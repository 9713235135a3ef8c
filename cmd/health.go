package cmd

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"shiming/config"
)

// healthCmd asks a running serve on this machine whether it is alive; for containers, whose
// image has no other program to ask with.
type healthCmd struct {
	Config string `help:"Configuration file." default:"config.yaml" type:"path"`
}

func (h *healthCmd) Run(ctx context.Context) error {
	cfg, _ := config.LoadUnchecked(h.Config, os.Environ()) // a file that cannot be read is serve's to report
	_, port, err := net.SplitHostPort(cfg.Server.Listen)
	if err != nil {
		return fmt.Errorf("server.listen: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort("127.0.0.1", port)+"/healthz",
		nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("healthz answered %d", resp.StatusCode)
	}
	return nil
}
