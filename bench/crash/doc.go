// Command crash registers people while the processes that serve them are killed.
//
// It runs the program itself: one `shiming sim`, one to three `shiming serve` and, with --store postgres, a private
// PostgreSQL server. A small load balancer forwards the simulated Feishu's pushes to the bots. Robots register, and a
// robot admin decides. Meanwhile random serve processes are killed at random times (--kills) or stopped by SIGTERM
// (--terms), and the database server is killed (--db-kills).
//
// At the end the record of the simulated world shows the result of every event, photo, code, identity and evidence
// point. From the bot itself only the length of its queue is used. The exit code is 0 only if every invariant holds.
package main
