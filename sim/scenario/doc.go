// Package scenario is the catalogue of what can go wrong between the bot and the platforms, as data: every call that
// the bot makes × every fault, what it is called, how it is armed, and how a registration that meets it is expected
// to end.
//
// The catalogue is made by rule. A combination that cannot be, such as a refused token on a call that carries none,
// has no row (see Call.can); what a row expects follows from what the call does when it is repeated and from whether
// the platform acted before the fault (see expect). So a new call or a new fault is one line, and its rows are there.
//
// Beside it stand the error codes that the platforms document (see Refusal), page by page, with what each is expected
// to lead to. They are written from the pages alone; a test outside compares them with the bot's own tables, in both
// directions.
//
// Tests walk the tables with a real bot; the playground lists them and arms what somebody picks; the pages in docs
// are made of them.
package scenario
