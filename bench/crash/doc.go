// Command crash registers people while the processes that serve them are killed.
//
// It runs the program itself: one `shiming sim`, one to three `shiming serve` and, with
// --store postgres, a private PostgreSQL server. Between the simulated Feishu and the bots
// stands a small load balancer. Robots register and robot HR decides, as patiently as people
// do. Meanwhile random serve processes get SIGKILL at random moments (--kills), are asked to
// end in order (--terms), and the database server is killed (--db-kills).
//
// At the end the record of the simulated world says what became of every event, photo, code,
// identity and evidence point. Nothing is taken from the bot's own word but the length of its
// queue. The exit code is 0 only if every invariant holds.
package main
