package flows

import "time"

// AuditTime writes a time into the detail of a row, in China time.
func AuditTime(t time.Time) string { return t.In(ChinaTime).Format("2006-01-02T15:04:05.000Z07:00") }

// AuditRow is a row of the audit chain of a case. It holds nothing personal but the address from which the agreements
// were read (read_ip), which the evidence states.
type AuditRow struct {
	CaseID   string
	Seq      int64
	At       time.Time
	Actor    string // open_id, "bot" or "clock"
	Event    string
	From, To State
	Why      string            // Change.Rule
	Detail   map[string]string // ids, hashes, codes
	Prev     []byte            // hash of the row before
	Hash     []byte            // SHA-256 of Prev and this row
}
