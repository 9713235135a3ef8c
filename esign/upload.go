package esign

import (
	"context"
	"errors"
	"time"
)

// The documentation's advice: stop at a usable status, otherwise ask again every 3 s, give up after 90 s.
const (
	pollEvery  = 3 * time.Second
	pollGiveUp = 90 * time.Second
)

type waitingKey struct{}

// Waiting returns a context in which UploadFile tells of the failures that it deals with by itself, which its caller
// would never hear of: an upload address that has expired, and a status question that failed for the moment. tell is
// called in the same goroutine, before the next attempt, with an *Error.
func Waiting(ctx context.Context, tell func(error)) context.Context {
	return context.WithValue(ctx, waitingKey{}, tell)
}

func waiting(ctx context.Context, err error) {
	if tell, ok := ctx.Value(waitingKey{}).(func(error)); ok {
		tell(err)
	}
}

// UploadFile brings one photo to e签宝 and returns the file id once the file is usable. name needs the extension of the
// content ("front.jpg"). Doing the whole of it again is safe: it makes a new file id and leaves the old one unused.
//
// An upload address that has expired is replaced once. Temporary failures while asking for the status are waited out
// like a status that is not ready; see Waiting. After 90 s the error is KindUploadPending (or the last temporary
// failure), both Temporary.
func (c *Client) UploadFile(ctx context.Context, name string, body []byte) (fileID string, err error) {
	f := File{
		Name:        name,
		ContentType: ContentTypeBinary,
		Size:        int64(len(body)),
		MD5:         ContentMD5(body),
	}
	up, err := c.put(ctx, f, body)
	if KindOf(err) == KindUploadExpired {
		waiting(ctx, err)
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

// awaitUsable asks for the status at once and then every 3 s. The limit holds for the clock as well as for the sum of
// the pauses, so slow answers cannot stretch it.
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
			failure = (&Error{Op: op, Kind: KindUploadPending, reason: "not usable after 90 s"}).settle(false)
		case failure == nil || !failure.Temporary() || ctx.Err() != nil:
			return err
		default:
			pause = max(pause, failure.RetryAfter())
		}
		if paused+pause > pollGiveUp || c.now().Sub(start)+pause > pollGiveUp {
			return failure
		}
		if err != nil {
			waiting(ctx, err)
		}
		if err := c.wait(ctx, pause); err != nil {
			return call{op: op}.noAnswer(err, true)
		}
		paused += pause
	}
}
