package flows

import "time"

// AuditRow is one link of a case's chain. Nothing in it is personal.
type AuditRow struct {
	CaseID   string
	Seq      int64
	At       time.Time
	Actor    string // open_id, "bot" or "clock"
	Event    string
	From, To State
	Why      string            // rule that decided
	Detail   map[string]string // ids, hashes, codes
	Prev     []byte
	Hash     []byte
}
