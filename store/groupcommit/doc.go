// Package groupcommit is a database/sql driver on top of modernc.org/sqlite: transactions that
// wait for the one writer of a SQLite file share a commit.
//
// SQLite has one writer at a time, and each commit waits for the disk. So transactions that
// queue up for the writer share one: each runs in a savepoint of its own, one after the
// other, and the last one commits for all. Nobody waits for company: whoever is alone
// commits at once. Every user of the pool takes part without knowing, also a library that is
// given it, since each of the pool's connections is a seat (conn.go) on the one connection
// that writes.
//
// What holds for each member as if it were alone: it sees everything that was committed or
// goes before it in the group; its failure, panic or cancellation undoes its own work only;
// its Commit returns after the common one, and its Rollback too, since what it saw may be
// the work of a member that is not durable yet. ErrLost says that the group was lost with
// another member; the caller runs its transaction again.
//
// In reading order: group.go (turns, and the groups that form), conn.go (what database/sql
// sees of them; statement.go, rows.go), stmts.go (statements that are kept for the next time).
package groupcommit
