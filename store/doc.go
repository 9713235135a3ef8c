// Package store keeps cases, event keys, pictures, the audit chain, rate limits and background jobs
// in one database. What belongs together changes in one transaction. The package implements
// flows.Store.
//
// Files in reading order:
//
//   - config.go and store.go: Open
//   - backend.go: the differences between the databases; sqlite.go and postgres.go implement it
//   - tx.go and sql.go: transactions and their retries
//   - case_write.go, case_read.go, counters.go: cases
//   - jobs.go, jobs_run.go, jobs_worker.go: background jobs, which River keeps in its own tables
//   - jobs_instances.go: jobs of processes that died
//   - seal.go: what is encrypted
//   - key_epoch.go, key_holders.go, key_rotation.go, key_move.go: which keys seal, and how they are changed
//
// Two subpackages know nothing of cases: groupcommit lets concurrent SQLite writers share a commit,
// and keyset holds the keys.
//
// Three rules hold everywhere:
//
//   - No other transaction changes what a transaction has read in order to write it. SQLite has a
//     single writer; on PostgreSQL the locks and checks listed in postgres.go hold this rule.
//   - A read sees a snapshot and blocks no writer.
//   - Every call has a deadline: the caller's or ours.
package store
