package feishu

import (
	"maps"
	"slices"
	"time"
)

// Press is one click that the client sent to the bot, and its result.
type Press struct {
	At        time.Time     `json:"at"`
	EventID   string        `json:"event_id"`
	OpenID    string        `json:"open_id"` // of the person
	MessageID string        `json:"message_id"`
	Act       string        `json:"act"`
	Case      string        `json:"case"`
	Fields    []string      `json:"fields"`     // names of the fields that the person filled in, sorted
	Status    int           `json:"status"`     // HTTP status of the answer, 0 = no answer
	ErrorCode int           `json:"error_code"` // as the client shows it, see CallbackResult
	Toast     string        `json:"toast"`      // in Chinese
	Card      bool          `json:"card"`       // the answer contains a new card
	Took      time.Duration `json:"took"`
}

func pressOf(openID string, m *message, b Button, form map[string]any, at time.Time, res CallbackResult) Press {
	caseID, _ := b.Value["case"].(string)
	return Press{
		At:        at,
		EventID:   res.EventID,
		OpenID:    openID,
		MessageID: m.ID,
		Act:       b.Act,
		Case:      caseID,
		Fields:    slices.Sorted(maps.Keys(form)),
		Status:    res.HTTPStatus,
		ErrorCode: res.ErrorCode,
		Toast:     res.Toast.Text("zh_cn"),
		Card:      res.Card != nil,
		Took:      res.Took,
	}
}

// Presses returns all clicks so far, in the order of their answers.
func (s *Server) Presses() []Press {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.presses)
}
