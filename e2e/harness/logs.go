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
var late = regexp.MustCompile(`"err(or)?":"[^"]*context (deadline exceeded|canceled)`)

var badCard = regexp.MustCompile(`"class":"refused","upstream":"(230099|230025)`)

var panicked = regexp.MustCompile(`(?i)panic|goroutine \d+ \[|"stack"`)

// checkLogs looks for panics, unforeseen errors and personal data.
func (r *Harness) checkLogs(noisy, badCards bool) {
	r.Helper()
	for line := range strings.Lines(r.Logs.String()) {
		switch {
		case panicked.MatchString(line):
			r.Errorf("log: %s", line)
		case !noisy && strings.Contains(line, `"msg":"job failed"`): // unforeseen, such as a database that is away
			r.Errorf("log: %s", line)
		case !noisy && strings.Contains(line, `"level":"ERROR"`) && !late.MatchString(line):
			r.Errorf("log: %s", line)
		case !badCards && badCard.MatchString(line): // a card that Feishu refuses as wrong is one that a person missed
			r.Errorf("log: %s", line)
		}
		if what := r.SecretIn(line, true); what != "" {
			r.Errorf("log: %s of somebody in a line", what)
		}
		for _, key := range []string{"feishu.app_secret", "feishu.encrypt_key", "feishu.verification_token",
			"verification.tencent.secret_key", "esign.app_secret"} {
			if r.Values[key] != "" && strings.Contains(line, r.Values[key]) {
				r.Errorf("log: %s in a line", key)
			}
		}
	}
}

// SecretIn names what of anybody's personal data stands in a text, "" if nothing does.
func (r *Harness) SecretIn(text string, names bool) string {
	for _, e := range r.World.People() {
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
func (r *Harness) checkCards() {
	r.Helper()
	owners := map[string]bool{}
	for _, e := range r.World.People() {
		owners[e.ChatID] = true
	}
	for _, chat := range r.World.Feishu.Chats() {
		for _, m := range r.World.Feishu.Messages(chat) {
			for _, v := range m.History {
				card, err := feishu.ParseCard(v.Card)
				if err != nil || !m.FromBot {
					continue
				}
				if _, form := card.FindAct("confirm"); form && owners[chat] {
					continue // the owner's own form
				}
				if what := r.SecretIn(string(v.Card), true); what != "" {
					r.Errorf("%s stands on a card %q", what, card.Title())
				}
			}
		}
	}
}
