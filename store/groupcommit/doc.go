// Package groupcommit is a database/sql driver on top of modernc.org/sqlite. Transactions that wait
// for the single writer of a SQLite file share a commit (group commit).
//
// SQLite has one writer at a time, and each commit waits for the disk. Here the transactions that
// wait for the writer form a group. Each runs in a savepoint of its own, one after the other, and
// the last one commits for all of them. A transaction never waits for others to join: a single one
// commits at once. Every user of the pool takes part, also a library that receives the pool,
// because all connections of the pool (conn.go) share the one connection that writes.
//
// Each member can rely on the following, as if it were alone. It sees everything that was
// committed, and the work of the members before it. Its failure, panic or cancellation undoes its
// own work only. Its Commit returns after the commit of the group. So does its Rollback, because
// what it read may be the work of a member that is not durable yet. ErrLost means that the failure
// of another member undid the whole group; the caller runs its transaction again.
//
// Files in reading order: group.go (queues and groups), conn.go, statement.go and rows.go (the
// interface to database/sql), statement_cache.go.
package groupcommit
