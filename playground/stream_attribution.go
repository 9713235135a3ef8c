package playground

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"iter"
	"regexp"
	"sync"

	"shiming/sim/feishu"
)

// attribution finds the employee that a call or an event is about, by the ids and numbers in it.
type attribution struct {
	mu sync.RWMutex
	// open_id by every token that only one employee has: ids, number, mobile, messages, pictures, cases
	person map[string]string
	latest map[string]string // latest case by open_id

	picture map[string]string // open_id by the keys of pictures that are not hashed yet
}

// subject is an employee and a case; both may be empty.
type subject struct{ openID, caseID string }

var (
	tokens = regexp.MustCompile(`(?:ou|om|oc)_[0-9a-f]{32}|(?:img|file)_v3_[0-9a-f]{32}|` + uuidPattern +
		`|[0-9a-f]{64}|[0-9a-f]{32}|[A-Za-z0-9+/]{22}==|[0-9]{17}[0-9X]|1[3-9][0-9]{9}`)
	pictureKey = regexp.MustCompile(`(?:img|file)_v3_[0-9a-f]{32}`)
	bareID     = regexp.MustCompile(`"([0-9a-f]{32})"`) // of a file at e签宝
	caseToken  = regexp.MustCompile(`^` + uuidPattern + `$`)
	onButton   = regexp.MustCompile(`\\?"case\\?":\\?"(` + uuidPattern + `)\\?"`)
)

const uuidPattern = `[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`

// shortestToken is the length of a mobile number.
const shortestToken = 11

// tokenRuns yields the parts of a text that may hold tokens: no token has another character, and none is shorter. It
// spares the expression most of a card.
func tokenRuns(text []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for run := range bytes.FieldsFuncSeq(text, isNoTokenRune) {
			if len(run) >= shortestToken && !yield(run) {
				return
			}
		}
	}
}

func isNoTokenRune(c rune) bool {
	return !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' ||
		c == '_' || c == '-' || c == '+' || c == '/' || c == '=')
}

func (w *attribution) add(openID string, tokens ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.person == nil {
		w.person, w.latest, w.picture = map[string]string{}, map[string]string{}, map[string]string{}
	}
	for _, t := range tokens {
		w.person[t] = openID
	}
}

// hashPictures reads and hashes the pictures that were sent since the last call. Feishu's OCR and e签宝 get pictures
// without a name, so the hash identifies them.
func (w *attribution) hashPictures(data func(key string) (name string, data []byte, ok bool)) {
	w.mu.Lock()
	fresh := w.picture
	w.picture = map[string]string{}
	w.mu.Unlock()
	for key, openID := range fresh {
		if _, img, ok := data(key); ok {
			sum, short := sha256.Sum256(img), md5.Sum(img)
			w.add(openID, hex.EncodeToString(sum[:]), base64.StdEncoding.EncodeToString(short[:]))
		}
	}
}

// learn remembers the ids in an answer about an employee.
func (w *attribution) learn(c subject, answer []byte) {
	if c.openID == "" {
		return
	}
	for _, id := range bareID.FindAllSubmatch(answer, -1) {
		w.add(c.openID, string(id[1]))
	}
}

// message learns from a message in an employee's chat with the bot. It returns the employee's open_id, "" for other
// chats.
func (w *attribution) message(m feishu.Message) string {
	w.mu.RLock()
	owner := w.person[m.ChatID]
	w.mu.RUnlock()
	if owner == "" {
		return ""
	}
	w.add(owner, m.ID)
	body := []byte(m.Content)
	if m.Card != nil {
		body = m.Card
		if c := onButton.FindSubmatch(body); c != nil {
			w.add(owner, string(c[1]))
			w.mu.Lock()
			w.latest[owner] = string(c[1])
			w.mu.Unlock()
		}
		return owner
	}
	for _, key := range pictureKey.FindAllString(string(body), -1) {
		w.add(owner, key)
		w.mu.Lock()
		w.picture[key] = owner
		w.mu.Unlock()
	}
	return owner
}

// subjectOf finds the one employee that the texts mention. It returns none when they mention several, as a list of
// people does.
func (w *attribution) subjectOf(text string, bodies ...[]byte) subject {
	w.mu.RLock()
	defer w.mu.RUnlock()
	var c subject
	several := false
	look := func(token string) {
		who, known := w.person[token]
		if !known {
			return
		}
		several = several || c.openID != "" && c.openID != who
		c.openID = who
		if caseToken.MatchString(token) {
			c.caseID = token
		}
	}
	for _, b := range append(bodies, []byte(text)) {
		for run := range tokenRuns(b) {
			for _, t := range tokens.FindAll(run, -1) {
				look(string(t))
			}
		}
	}
	if several {
		return subject{}
	}
	if c.caseID == "" {
		c.caseID = w.latest[c.openID]
	}
	return c
}
