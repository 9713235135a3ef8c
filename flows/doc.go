// Package flows is the registration of one person, and pure: what a case is, what every event means for it, and which
// effects follow. It reads no clock, no network and no database: an event brings its time, package engine loads and
// stores the case, package workers performs the effects. A test holds that nothing here does I/O.
//
// In reading order:
//
//   - state.go, event.go, table.go: the states by whose turn it is, what may happen, and in which state it may, by whom, and where it
//     may lead; diagram.go prints the table.
//   - decide.go: Decide runs the row. It is the only place where a case changes.
//   - step_consent.go, step_photos.go, step_confirm.go, step_code.go, step_check.go, step_review.go, step_record.go, step_evidence.go:
//     one file a step on the way; step_attention.go when a step stops, resume.go when it goes on, step_end.go, step_remind.go and
//     step_retention.go around them, step_restored.go after a backup. write_intent.go is what must not happen twice.
//   - case.go, audit.go, surface.go, policy.go: what is kept, and by which rules; findings.go is what HR sees as chips, and what the
//     policy judges.
//   - inputs.go, commands.go, acts.go: what comes in, stripped of the platform's envelope; job.go and job_kinds.go: what goes out.
//   - present.go: a case as the card of the applicant and of HR.
//   - reconcile.go: what differs between a case and the platforms; it is asked for in package workers.
//   - ports.go: what a store has to be able to do.
package flows
