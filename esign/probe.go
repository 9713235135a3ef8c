package esign

import (
	"context"
	"errors"
	"strings"
)

// probeFile is the id of a file that does not exist.
const probeFile = "00000000000000000000000000000000"

// filesFamily is the prefix of the file service's codes. The gateway uses other codes.
const filesFamily = "1430"

// Probe checks address, application, clock and signature without a write. It requests the status of a file that does
// not exist. The gateway checks these four before it calls the file service (helper/krgcgauz4akfivia), so a refusal
// of the file service, documented as "no such file" (1430608), is a success.
func (c *Client) Probe(ctx context.Context) error {
	_, err := c.FileStatus(ctx, probeFile)
	var e *Error
	if errors.As(err, &e) && strings.HasPrefix(e.Code, filesFamily) {
		return nil
	}
	return err
}
