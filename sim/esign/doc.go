// Package esign is a simulated e签宝 open platform V3: the gateway's signature check, file upload, file status and the
// evidence point of a person's real-name verification, in both documented revisions.
//
// It is strict where the pages are: every documented field is required, typed and bounded, unknown files are refused,
// the signature is computed here from the documentation and not from a client. It is stricter than the pages in four
// places, so that mistakes show before a real account sees them: fields that no page names are refused, ID numbers
// need their check digit, a file whose first bytes contradict its extension ends in status 3, and storage refuses
// X-Tsign headers.
//
// What the documentation leaves open is decided here and may differ from the real platform: business failures are
// answered with HTTP 200, a wrong Content-MD5 counts as INVALID_SIGNATURE, and a second point for the same
// customBizId is a second point.
package esign
