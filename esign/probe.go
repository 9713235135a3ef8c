package esign

import (
	"context"
	"errors"
	"strings"
)

// probeFile is the id of a file that nobody has.
const probeFile = "00000000000000000000000000000000"

// filesFamily begins the numbers with which the file service refuses; the gateway's own refusals have others.
const filesFamily = "1430"

// Probe asks for the status of a file that does not exist. The gateway looks at address, application, clock and
// signature before it looks for the file (helper/krgcgauz4akfivia), so that a no of the file service itself, which is
// documented to be "no such file" (1430608), is success. Nothing is written.
func (c *Client) Probe(ctx context.Context) error {
	_, err := c.FileStatus(ctx, probeFile)
	var e *Error
	if errors.As(err, &e) && strings.HasPrefix(e.Code, filesFamily) {
		return nil
	}
	return err
}
