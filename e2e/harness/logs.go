package harness

import (
	"bytes"
	"regexp"
	"strings"
	"sync"

	"shiming/sim/feishu"
	"shiming/sim/specimen"
)

// logs collects the bot's log.
type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// timedOut matches errors of a bot that runs out of time on a busy machine. The calls are repeated.
var timedOut = regexp.MustCompile(`"err(or)?":"[^"]*context (deadline exceeded|canceled)`)

var badCard = regexp.MustCompile(`"class":"refused","upstream":"(230099|230025)`)

var panicked = regexp.MustCompile(`(?i)panic|goroutine \d+ \[|"stack"`)

// checkLogs fails the test on panics, unexpected errors and personal data in the log.
func (h *Harness) checkLogs(noisy, badCards bool) {
	h.Helper()
	for line := range strings.Lines(h.Logs.String()) {
		switch {
		case panicked.MatchString(line):
			h.Errorf("log: %s", line)
		case !noisy && strings.Contains(line, `"msg":"job failed"`): // an unexpected error
			h.Errorf("log: %s", line)
		case !noisy && strings.Contains(line, `"level":"ERROR"`) && !timedOut.MatchString(line):
			h.Errorf("log: %s", line)
		case !badCards && badCard.MatchString(line): // Feishu has refused a card as invalid
			h.Errorf("log: %s", line)
		}
		if what := h.SecretIn(line, true); what != "" {
			h.Errorf("log: %s of somebody in a line", what)
		}
		for _, key := range []string{"feishu.app_secret", "feishu.encrypt_key", "feishu.verification_token",
			"verification.tencent.secret_key", "esign.app_secret"} {
			if h.Values[key] != "" && strings.Contains(line, h.Values[key]) {
				h.Errorf("log: %s in a line", key)
			}
		}
	}
}

// SecretIn returns the kind of personal data that a text contains, "" for none.
func (h *Harness) SecretIn(text string, names bool) string {
	for _, e := range h.World.People() {
		p := e.Person
		switch {
		case strings.Contains(text, p.Code):
			return "the number"
		case strings.Contains(text, p.PageNumber(specimen.HKMPermit)), strings.Contains(text, p.PageNumber(specimen.Passport)):
			return "the number of a document"
		case strings.Contains(text, p.Mobile):
			return "the mobile"
		case strings.Contains(text, p.BankCard):
			return "the bank card"
		case strings.Contains(text, p.Address):
			return "the address"
		case names && (strings.Contains(text, p.Name) || strings.Contains(text, p.EnglishName())):
			return "the name"
		}
	}
	return ""
}

// checkCards searches every version of every message of the bot for personal data.
func (h *Harness) checkCards() {
	h.Helper()
	owners := map[string]bool{}
	for _, e := range h.World.People() {
		owners[e.ChatID] = true
	}
	for _, chat := range h.World.Feishu.Chats() {
		for _, m := range h.World.Feishu.Messages(chat) {
			for _, v := range m.History {
				what := h.SecretIn(string(v.Card), true)
				if what == "" || !m.FromBot {
					continue
				}
				card, err := feishu.ParseCard(v.Card)
				if err != nil {
					continue
				}
				if _, form := card.FindAct("confirm"); form && owners[chat] {
					continue // the owner's form shows the own data
				}
				h.Errorf("%s stands on a card %q", what, card.Title())
			}
		}
	}
}
