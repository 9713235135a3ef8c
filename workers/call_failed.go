package workers

import "shiming/failure"

// callFailed leaves the one line and the count that every failed call has.
func (w *Workers) logFailedCall(caseID string, t failure.Details, more ...any) {
	w.engine.Log.Warn("call failed", append([]any{"case", caseID, "operation", t.Operation, "class", t.Class, "code",
		t.Code, "upstream", t.Upstream, "log_id", t.LogID}, more...)...)
	if w.engine.Observe != nil && t.Operation != "" {
		w.engine.Observe.CallFailed(t.Operation, t.Class)
	}
}
