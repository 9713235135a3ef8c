package esign

import (
	"context"
	"errors"
	"time"
)

// Polling as the documentation recommends: every 3 s until the status is usable, for at most 90 s.
const (
	pollEvery   = 3 * time.Second
	pollTimeout = 90 * time.Second
)

type waitingKey struct{}

// Waiting returns a context in which UploadFile reports the failures after which it retries: an expired upload address
// and a temporary failure of a status request. UploadFile calls report with an *Error in the same goroutine, before the
// next attempt.
func Waiting(ctx context.Context, report func(error)) context.Context {
	return context.WithValue(ctx, waitingKey{}, report)
}

func reportRetry(ctx context.Context, err error) {
	if report, ok := ctx.Value(waitingKey{}).(func(error)); ok {
		report(err)
	}
}

// UploadFile uploads one photo and returns the file id when the file is usable. name needs the extension of the content
// ("front.jpg"). The caller may repeat UploadFile: a repetition creates a new file id and leaves the old one unused.
//
// UploadFile replaces an expired upload address once. After a temporary failure of a status request it polls again; see
// Waiting. After 90 s it returns KindUploadPending or the last temporary failure; both are Temporary.
func (c *Client) UploadFile(ctx context.Context, name string, body []byte) (fileID string, err error) {
	f := File{
		Name:        name,
		ContentType: ContentTypeBinary,
		Size:        int64(len(body)),
		MD5:         ContentMD5(body),
	}
	up, err := c.put(ctx, f, body)
	if KindOf(err) == KindUploadExpired {
		reportRetry(ctx, err)
		up, err = c.put(ctx, f, body)
	}
	if err != nil {
		return "", err
	}
	if err := c.awaitUsable(ctx, up.FileID); err != nil {
		return "", err
	}
	return up.FileID, nil
}

func (c *Client) put(ctx context.Context, f File, body []byte) (Upload, error) {
	up, err := c.UploadURL(ctx, f)
	if err != nil {
		return Upload{}, err
	}
	return up, c.Put(ctx, up, f, body)
}

// awaitUsable polls the status until the file is usable. pollTimeout limits both the elapsed time and the sum of the
// pauses, so that slow responses do not extend it.
func (c *Client) awaitUsable(ctx context.Context, fileID string) error {
	const op = "UploadFile"
	start, paused := c.now(), time.Duration(0)
	for {
		pause := pollEvery
		status, err := c.FileStatus(ctx, fileID)
		failure, _ := errors.AsType[*Error](err)
		switch {
		case err == nil && status.Usable():
			return nil
		case err == nil && status.Failed():
			return &Error{
				Op:         op,
				Kind:       KindUploadFailed,
				HTTPStatus: 200,
				reason:     "final file status",
			}
		case err == nil:
			failure = (&Error{Op: op, Kind: KindUploadPending, reason: "not usable after 90 s"}).decideRetry(false)
		case failure == nil || !failure.Temporary() || ctx.Err() != nil:
			return err
		default:
			pause = max(pause, failure.RetryAfter())
		}
		if paused+pause > pollTimeout || c.now().Sub(start)+pause > pollTimeout {
			return failure
		}
		if err != nil {
			reportRetry(ctx, err)
		}
		if err := c.wait(ctx, pause); err != nil {
			return call{op: op}.noAnswer(err, true)
		}
		paused += pause
	}
}
