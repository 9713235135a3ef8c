// Package esign is a client for the part of the e签宝 (eSign) open platform V3 that real-name registration needs:
// uploading the photos of an ID card and filing the evidence point of a person's real-name check.
//
// The way through the package follows the way of one case:
//
//	c, err := esign.New(esign.Config{...})
//	front, err := c.UploadFile(ctx, "front.jpg", bytes)    // file-upload-url, PUT, status until usable
//	back, err := c.UploadFile(ctx, "back.jpg", bytes)
//	id, err := c.CreatePersonPoint(ctx, esign.PersonPoint{...})
//
// Every failure is an *Error, which says what kind of failure it is, whether repeating can help (Temporary), when
// (RetryAfter), and whether the call may have taken effect though no good answer came (MaybeApplied). Uploads may be
// repeated freely. Creating an evidence point may not: e签宝 promises no de-duplication, so after an unclear answer the
// client reports MaybeApplied and never tries again by itself.
//
// The client writes no logs. Its errors carry no name, number, code, body, secret or upload URL, and the types that
// hold such data mask themselves when printed, logged or marshalled.
package esign
