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
	values := map[string]string{"server.listen": ":8080"}
	_, _ = config.ReadFile(h.Config, values) // other mistakes are serve's to report
	config.ReadEnviron(os.Environ(), values)
	_, port, err := net.SplitHostPort(values["server.listen"])
	if err != nil {
		return fmt.Errorf("server.listen: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort("127.0.0.1", port)+"/healthz", nil)
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
