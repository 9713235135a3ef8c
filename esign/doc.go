// Package esign is a client for the part of the e签宝 (eSign) open platform V3 that real-name registration needs: it
// uploads the photos of an ID card and creates the evidence point of a person's real-name check.
//
// A caller uses it as follows:
//
//	c, err := esign.New(esign.Config{...})
//	front, err := c.UploadFile(ctx, "front.jpg", bytes)    // file-upload-url, PUT, status until usable
//	back, err := c.UploadFile(ctx, "back.jpg", bytes)
//	id, err := c.CreatePersonPoint(ctx, esign.PersonPoint{...})
//
// Every failure is an *Error. It tells the kind of the failure, whether a retry can help (Temporary), the requested
// wait (RetryAfter), and whether the call may have taken effect without a good response (MaybeApplied). A caller may
// repeat an upload at any time. It must not repeat the creation of an evidence point, because e签宝 promises no
// deduplication: after an unclear response the client reports MaybeApplied and does not retry.
//
// The client writes no logs. Its errors contain no name, number, code, body, secret or upload URL. The types that hold
// such data mask themselves when they are printed, logged or marshalled.
package esign
