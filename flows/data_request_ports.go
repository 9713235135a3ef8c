package flows

import (
	"context"
	"time"
)

// DataRequestView holds the queries of requests.
type DataRequestView interface {
	// DataRequest returns a request; ErrNotFound.
	DataRequest(ctx context.Context, id string) (*DataRequest, error)
	// DataRequestsOf returns the requests of a person, newest first.
	DataRequestsOf(ctx context.Context, tenantKey, openID string, limit int) ([]*DataRequest, error)
	// OpenDataRequests returns the tenant's open requests without those of a person ("": of nobody), those that are due
	// first come first.
	OpenDataRequests(ctx context.Context, tenantKey, without string, limit int) ([]*DataRequest, error)
	// CountOpenDataRequests counts the same requests, and those of them that are overdue at a time; due is the end of the
	// first deadline, zero without one.
	CountOpenDataRequests(
		ctx context.Context, tenantKey, without string, now time.Time,
	) (open, overdue int, due time.Time, err error)
	// CountDataRequests counts the requests that were made in a period.
	CountDataRequests(ctx context.Context, tenantKey string, from, to, now time.Time) ([]RequestCount, error)
}

// DataRequestTx adds the writes.
type DataRequestTx interface {
	// PutDataRequest inserts a request, or replaces the one with its id.
	PutDataRequest(ctx context.Context, r *DataRequest) error
	// ForgetRequestWords deletes the free texts of all requests of a person.
	ForgetRequestWords(ctx context.Context, tenantKey, openID string) error
}
