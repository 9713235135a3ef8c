// Package store keeps everything that matters: cases, event keys, pictures, the audit chain,
// the limits and the background jobs, in one database and, where they belong together, in
// one transaction. It implements flows.Store.
//
// In reading order: config.go and store.go (Open), backend.go (what differs between
// databases), sqlite.go and postgres.go (the two there are), tx.go (one transaction, repeated
// when the database asks), case_write.go and case_read.go, jobs.go and jobs_worker.go (River
// beside our tables), jobs_instances.go (jobs of processes that died), seal.go (what is
// encrypted). Two parts know nothing of a case: groupcommit (SQLite's writers share a commit)
// and keyset (the keys).
//
// Three rules hold everywhere. What a transaction reads in order to write it, nobody else
// changes in between: on SQLite since there is one writer, on PostgreSQL by the locks that
// postgres.go lists. Reads see a snapshot and hold nobody up. Every call has a deadline, the
// caller's or ours.
package store
