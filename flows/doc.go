// Package flows is the registration of one person: what a case is, what every event means for
// it, and the effects that follow. It knows the outside only through the small interfaces in
// ports.go; it opens no connection and no database.
//
// One photo's way from event to evidence, in reading order:
//
//   - inbox.go is what comes in, stripped of the platform's envelope; engine_message.go takes
//     the photo, engine_click.go every button, words.go what people write. Each is one
//     transaction, and nothing here talks to the network.
//   - engine.go (apply, follow) asks Decide and writes all that follows: the case, its audit
//     row, the jobs, the cards to draw.
//   - decide.go, table.go, state.go, event.go: Decide is pure. The table says which event may
//     happen in which state, by whom, and where it may lead; diagram.go prints it.
//   - step_consent.go, step_photos.go, step_confirm.go, step_code.go, step_check.go,
//     step_review.go, step_record.go, step_evidence.go: one file per step on the way;
//     step_attention.go when a step stops, step_end.go and step_remind.go around them. findings.go
//     is what HR sees as chips, and what the policy judges.
//   - job.go and work.go: the effects, one job each. A job never decides: work_photos.go fetches
//     and reads, work_person.go sends the code and has the person checked, work_record.go writes
//     the identity and files the evidence; each reports an event and the way begins again at
//     engine.go. An intent is stored before every write that must not happen twice.
//   - trouble.go turns any upstream's failure into one of a few classes; limits.go keeps the rates.
//   - present.go draws a case for the applicant and for HR; surfaces.go and work_show.go keep one
//     message per person up to date; work_reply.go and work_figures.go answer everything else.
//   - work_reconcile.go goes through the cases every night and asks the platforms what they can be
//     asked (reconcile_ask.go); reconcile.go says what differs, reconcile_run.go how far a night is,
//     reconcile_report.go what HR gets. incident.go counts the cases that wait for one cause.
package flows
