// Package flows holds the rules of a registration: the case of one person, the events that can happen to it, and the
// effects that follow. The package is pure. An event brings its time, package engine loads and stores the case, and
// package workers performs the effects. A test of package docs checks that nothing here does I/O or reads a clock.
//
// In reading order:
//
//   - state.go, event.go, table.go: the states, the events, and the table of transitions. diagram.go prints the table.
//   - decide.go: Decide runs a row of the table. No other function changes a case.
//   - step_consent.go, step_photos.go, step_photos_replace.go, step_contact.go, step_confirm.go, step_code.go,
//     step_check.go, step_review.go, step_record.go, step_evidence.go: the steps of a registration, in order.
//   - step_document.go, step_document_photo.go: people without a resident identity card.
//   - step_attention.go: a step stops and HR decides. resume.go queues the missing work afterwards.
//   - step_end.go, step_remind.go, step_retention.go, step_restored.go: end, reminders, deletion, restored backups.
//   - write_intent.go: writes that must not happen twice.
//   - case.go, audit.go, surface.go, policy.go: the stored data and the settings of the operator.
//   - findings.go and findings_*.go: the automatic checks that HR sees and that the policy judges.
//   - inputs.go, commands.go, acts.go: what comes in from Feishu, without the platform's envelope.
//   - job.go, job_kinds.go: the effects that go out.
//   - present.go and present_*.go: a case as a card, one file a card. masks.go masks values, toast.go answers clicks.
//   - reconcile.go: the differences between a case and the platforms. Package workers asks the platforms.
//   - ports.go: the interface of the store.
//   - sample.go: cases for tests.
package flows
