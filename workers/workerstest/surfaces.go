package workerstest

import "shiming/flows"

// Surface loads a surface.
func (w *Harness) Surface(id string) (s *flows.Surface) {
	w.T.Helper()
	w.Must(w.Store.View(w.T.Context(), func(v flows.View) (err error) {
		s, err = v.Surface(w.T.Context(), id)
		return err
	}))
	return s
}

// ApplicantSurface is the id of the applicant's surface.
func ApplicantSurface(c *flows.Case) string { return "case/" + c.ID + "/applicant" }

// PutShownCase stores a case and sends its card to the applicant.
func (w *Harness) PutShownCase(s flows.State, openID string) (*flows.Case, *Message) {
	w.T.Helper()
	c := w.PutCase(s, openID)
	w.MustReport(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: openID})
	w.RunJobs(flows.JobShow)
	sent := w.Messenger.SentTo(openID)
	if len(sent) != 1 {
		w.T.Fatalf("got %d cards, want 1", len(sent))
	}
	return w.CaseNow(c.ID), sent[0]
}

// MustReport applies an event and ends the test if it does not change the case.
func (w *Harness) MustReport(caseID string, ev flows.Event) *flows.Case {
	w.T.Helper()
	c, ok, err := w.Report(w.T.Context(), caseID, ev)
	w.Must(err)
	if !ok {
		w.T.Fatalf("%s did not happen in %s", ev.Kind, c.State)
	}
	return c
}

// Delayed is an event that changes the applicant's card and not the state.
func Delayed(step flows.Step) flows.Event { return flows.Event{Kind: flows.StepDelayed, Step: step} }
