// Package handover delivers signed notifications to a web address that the operator names, by the conventions of
// Standard Webhooks (standardwebhooks.com): the headers webhook-id, webhook-timestamp and webhook-signature over the
// exact bytes of the body. It makes one attempt a call, follows no redirect, uses no proxy, keeps nothing of an answer
// but its status and Retry-After, and connects only to addresses that the settings allow. When to try again is the
// caller's to decide.
//
// In reading order: client.go (one attempt), sign.go (secrets and signatures), address.go (where it may connect),
// errors.go.
package handover
