//go:build !unix

package pgtest

import "net/url"

// start: no private server here.
func start() (*url.URL, error) { return nil, errMissing }
