// Package esign simulates the e签宝 open platform V3: the gateway's signature check, file upload, file status and the
// evidence point of a person's real-name verification, in both documented revisions.
//
// It is as strict as the pages: every documented field is required, typed and bounded, and unknown files are refused.
// It computes the signature from the documentation and shares no code with a client. In four places it is stricter than
// the pages, so that mistakes show before a real account sees them: it refuses undocumented fields, ID numbers need
// their check digit, a file whose first bytes contradict its extension gets status 3, and the storage refuses X-Tsign
// headers.
//
// The documentation leaves some answers open, and the real platform may differ: business failures have HTTP 200, a
// wrong Content-MD5 leads to INVALID_SIGNATURE, and a second request for the same customBizId creates a second point.
package esign
