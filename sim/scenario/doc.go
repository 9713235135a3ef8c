// Package scenario is the catalogue of what can go wrong between the bot and the platforms, as data: every call that
// the bot makes × every fault, with its name, the wire.Fault that causes it, and the expected end of a registration.
//
// Rules generate the catalogue. A combination that is impossible, such as a refused token on a call without a token,
// has no row (see Call.canFail). The expectation of a row follows from the effect of repeating the call and from
// whether the platform acted before the fault (see expect). A new call or a new fault is therefore one line.
//
// The catalogue also lists the error codes that the platforms document (see Refusal), page by page, with the expected
// outcome. These rows are written from the pages alone; docs/errors_test.go compares them with the bot's own tables in
// both directions.
//
// Encounters are what goes wrong although no call fails: how people type, who writes, what cards and photos they bring,
// data that never matches, and the other forms in which platforms send the same. A row is a short scene (sim.Move) up to
// the right end.
//
// Tests run the tables against a real bot, the playground lists and arms them, and docs/scenarios.md is generated from
// them.
package scenario
