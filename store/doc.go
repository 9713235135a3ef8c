// Package store keeps everything that matters: cases, event keys, pictures, the audit chain,
// the limits and the background jobs, in one database and, where they belong together, in
// one transaction. It implements flows.Store.
//
// In reading order: config.go and store.go (Open), engine.go (what differs between
// databases), tx.go (one transaction, repeated when the database asks), case_write.go and
// case_read.go, jobs.go and worker.go (River beside our tables), seal.go and keyset.go
// (what is encrypted, and with which keys).
//
// Three rules hold everywhere. Writes go through one connection in a transaction that
// begins as a writer, so that nothing is read that somebody else changes before the write.
// Reads go through a pool of their own and see a snapshot. Every call has a deadline, the
// caller's or ours.
package store
