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

// healthCmd requests /healthz of a running serve on this machine. It is the health check of containers, because the
// image contains no other HTTP client.
type healthCmd struct {
	Config string `help:"Configuration file." default:"config.yaml" type:"path"`
}

func (h *healthCmd) Run(ctx context.Context) error {
	cfg, _ := config.LoadUnchecked(h.Config, os.Environ()) // serve reports a file that cannot be read
	_, port, err := net.SplitHostPort(cfg.Server.Listen)
	if err != nil {
		return fmt.Errorf("server.listen: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	url := "http://" + net.JoinHostPort("127.0.0.1", port) + "/healthz"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
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
