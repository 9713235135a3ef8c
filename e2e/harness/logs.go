package harness

import (
	"bytes"
	"regexp"
	"strings"
	"sync"

	"shiming/sim/feishu"
)

// logs keeps what the bot logs.
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

// late is what a bot says that gets too little of the machine to answer in time; Feishu and people try again.
var timedOut = regexp.MustCompile(`"err(or)?":"[^"]*context (deadline exceeded|canceled)`)

var badCard = regexp.MustCompile(`"class":"refused","upstream":"(230099|230025)`)

var panicked = regexp.MustCompile(`(?i)panic|goroutine \d+ \[|"stack"`)

// checkLogs looks for panics, unforeseen errors and personal data.
func (h *Harness) checkLogs(noisy, badCards bool) {
	h.Helper()
	for line := range strings.Lines(h.Logs.String()) {
		switch {
		case panicked.MatchString(line):
			h.Errorf("log: %s", line)
		case !noisy && strings.Contains(line, `"msg":"job failed"`): // unforeseen, such as a database that is away
			h.Errorf("log: %s", line)
		case !noisy && strings.Contains(line, `"level":"ERROR"`) && !timedOut.MatchString(line):
			h.Errorf("log: %s", line)
		case !badCards && badCard.MatchString(line): // a card that Feishu refuses as wrong is one that a person missed
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

// SecretIn names what of anybody's personal data stands in a text, "" if nothing does.
func (h *Harness) SecretIn(text string, names bool) string {
	for _, e := range h.World.People() {
		p := e.Person
		switch {
		case strings.Contains(text, p.Code):
			return "the number"
		case strings.Contains(text, p.Mobile):
			return "the mobile"
		case strings.Contains(text, p.Address):
			return "the address"
		case names && strings.Contains(text, p.Name):
			return "the name"
		}
	}
	return ""
}

// checkCards reads every version of every message that the bot ever sent.
func (h *Harness) checkCards() {
	h.Helper()
	owners := map[string]bool{}
	for _, e := range h.World.People() {
		owners[e.ChatID] = true
	}
	for _, chat := range h.World.Feishu.Chats() {
		for _, m := range h.World.Feishu.Messages(chat) {
			for _, v := range m.History {
				card, err := feishu.ParseCard(v.Card)
				if err != nil || !m.FromBot {
					continue
				}
				if _, form := card.FindAct("confirm"); form && owners[chat] {
					continue // the owner's own form
				}
				if what := h.SecretIn(string(v.Card), true); what != "" {
					h.Errorf("%s stands on a card %q", what, card.Title())
				}
			}
		}
	}
}
