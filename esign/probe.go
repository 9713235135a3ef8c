package esign

import (
	"context"
	"errors"
)

// probeFile is the id of a file that nobody has.
const probeFile = "00000000000000000000000000000000"

// Probe asks for the status of a file that does not exist. The gateway looks at address, application, clock and signature before
// it looks for the file (helper/krgcgauz4akfivia), so that "no such file" (1430608) is success. Nothing is written.
func (c *Client) Probe(ctx context.Context) error {
	_, err := c.FileStatus(ctx, probeFile)
	var e *Error
	if errors.As(err, &e) && e.Kind == KindNotFound {
		return nil
	}
	return err
}
