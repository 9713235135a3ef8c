package playground

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"sync"

	"shiming/sim/feishu"
)

// whois tells whom a call or an event is about, from the ids and numbers in it.
type whois struct {
	mu sync.RWMutex
	// open_id, by everything that only one employee has: ids, number, mobile, messages, pictures, cases
	person map[string]string
	latest map[string]string // case, by open_id

	picture map[string]string // open_id, by the keys of pictures whose contents are not known yet
}

// concern is a person and a case; both may be empty.
type concern struct{ openID, caseID string }

var (
	tokens = regexp.MustCompile(`(?:ou|om|oc)_[0-9a-f]{32}|(?:img|file)_v3_[0-9a-f]{32}|` + uuidPattern +
		`|[0-9a-f]{64}|[0-9a-f]{32}|[A-Za-z0-9+/]{22}==|[0-9]{17}[0-9X]|1[3-9][0-9]{9}`)
	pictureKey = regexp.MustCompile(`(?:img|file)_v3_[0-9a-f]{32}`)
	bareID     = regexp.MustCompile(`"([0-9a-f]{32})"`) // of a file at e签宝
	caseToken  = regexp.MustCompile(`^` + uuidPattern + `$`)
	onButton   = regexp.MustCompile(`\\?"case\\?":\\?"(` + uuidPattern + `)\\?"`)
)

const uuidPattern = `[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`

func (w *whois) add(openID string, tokens ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.person == nil {
		w.person, w.latest, w.picture = map[string]string{}, map[string]string{}, map[string]string{}
	}
	for _, t := range tokens {
		w.person[t] = openID
	}
}

// pictures learns the contents of the pictures that were sent since it was last called: the OCR and e签宝 get them
// without a name, and are known by their hashes.
func (w *whois) pictures(data func(key string) (name string, data []byte, ok bool)) {
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

// learn remembers the ids in an answer about somebody.
func (w *whois) learn(c concern, answer []byte) {
	if c.openID == "" {
		return
	}
	for _, id := range bareID.FindAllSubmatch(answer, -1) {
		w.add(c.openID, string(id[1]))
	}
}

// message learns from a message in an employee's chat with the bot and returns the employee, "" for other chats.
func (w *whois) message(m feishu.Message) string {
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

// of finds the one employee that texts are about. When they are about several, as a list of people is, it is nobody.
func (w *whois) of(text string, bodies ...[]byte) concern {
	w.mu.RLock()
	defer w.mu.RUnlock()
	var c concern
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
	for _, t := range tokens.FindAllString(text, -1) {
		look(t)
	}
	for _, b := range bodies {
		for _, t := range tokens.FindAll(b, -1) {
			look(string(t))
		}
	}
	if several {
		return concern{}
	}
	if c.caseID == "" {
		c.caseID = w.latest[c.openID]
	}
	return c
}
