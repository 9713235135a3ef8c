package esign

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
)

// ErrNotSandbox says that ProbeEvidence sent nothing, because the host is neither e签宝's sandbox nor this machine.
var ErrNotSandbox = errors.New("the host is not e签宝's sandbox")

// ProbeEvidence asks for an evidence point with a request that cannot create one: it has no name, no ID number, no
// photos and no check, which both revisions require. The error is the refusal and never nil: its Kind shows whether the
// application may file. The revision is the one that the refusal shows, "" if it shows none:
//   - Revision202510, if it names one of the agreement fields, which are missing and which Revision2024 does not know;
//   - Revision2024, if it names timeStamp, which is a text as Revision202510 requires.
//
// No page says in which order e签宝 checks fields and entitlement, so that a refusal of a field is no proof of the
// latter. ProbeEvidence calls the sandbox and loopback only, else its error wraps ErrNotSandbox.
func (c *Client) ProbeEvidence(ctx context.Context) (Revision, error) {
	const op = "ProbeEvidence"
	if c.base.Host != strings.TrimPrefix(SandboxURL, "https://") && !isLoopback(c.base.Hostname()) {
		return "", invalidRequest(op, ErrNotSandbox)
	}
	body, err := json.Marshal(map[string]string{
		"eviName":        "shiming check",
		"realNameMethod": string(MethodThreeElements),
		"timeStamp":      c.now().In(chinaTime).Format(wireTimeLayout),
	})
	if err != nil {
		return "", invalidRequest(op, err)
	}
	var data pointData
	err = c.do(ctx, call{op: op, method: http.MethodPost, path: personPointPath, body: body}, &data)
	e, ok := errors.AsType[*Error](err)
	switch {
	case err == nil:
		return "", &Error{
			Op:           op,
			Kind:         KindMalformed,
			HTTPStatus:   http.StatusOK,
			reason:       "an incomplete request created the point " + data.ID,
			maybeApplied: true,
		}
	case !ok:
		return "", err
	case slices.ContainsFunc(e.named, func(f string) bool { return strings.HasPrefix(f, "certAgreementRead") }):
		return Revision202510, err
	case slices.Contains(e.named, "timeStamp"):
		return Revision2024, err
	}
	return "", err
}
