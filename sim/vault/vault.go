// Package vault plays HashiCorp Vault: the Transit engine with versions of keys, tokens with a policy and a lease, the
// login by AppRole, wrapped answers, sealing. It is strict: what the published pages do not allow is refused as the real
// server refuses it.
//
// Pages: developer.hashicorp.com/vault/api-docs/secret/transit, …/api-docs, …/api-docs/system/health,
// …/api-docs/auth/approle, …/api-docs/auth/token, …/api-docs/system/wrapping-unwrap.
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Server is one Vault with a Transit engine at MOUNT transit. The zero value is unsealed and has no keys and no
// tokens. It implements http.Handler.
type Server struct {
	// Now is the clock of the leases; nil for time.Now.
	Now func() time.Time
	// Namespace, unless empty, is the only one that the server has.
	Namespace string

	mu      sync.Mutex
	sealed  bool
	tokens  map[string]*token // their policy allows update on encrypt and decrypt
	keys    map[string]*transitKey
	roles   map[string]*role  // by role_id
	wrapped map[string]string // secret_id by the token of the wrapped answer; "" once used

	loginAnswer string // replaces the answer to a login
	answer      *answer
	calls       map[string]int // by operation
}

// transitKey is a key of type aes256-gcm96.
type transitKey struct {
	versions [][]byte
	min      int // min_decryption_version
}

// answer replaces every answer of the engine.
type answer struct {
	status int
	body   string
}

// RevokeToken ends a token.
func (s *Server) RevokeToken(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tokens, token)
}

// AddKey creates a key, as POST transit/keys/NAME by an administrator does.
func (s *Server) AddKey(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keys == nil {
		s.keys = map[string]*transitKey{}
	}
	s.keys[name] = &transitKey{versions: [][]byte{newKey()}, min: 1}
}

// RotateKey adds a version, and allows decryption by versions from oldest on.
func (s *Server) RotateKey(name string, oldest int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.keys[name]
	k.versions = append(k.versions, newKey())
	k.min = oldest
}

// DeleteKey deletes a key.
func (s *Server) DeleteKey(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.keys, name)
}

// Seal seals or unseals the server.
func (s *Server) Seal(sealed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sealed = sealed
}

// AnswerWith makes every call of the engine answer a status and a body; status 0 ends it.
func (s *Server) AnswerWith(status int, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.answer = nil; status != 0 {
		s.answer = &answer{status, body}
	}
}

// Calls returns how many calls of an operation came in: encrypt, decrypt, login, renew-self, lookup-self, unwrap.
func (s *Server) Calls(op string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[op]
}

func newKey() []byte {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return key
}

// fault is an answer that is not a success.
type fault struct {
	status int
	text   string
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Path == "/v1/sys/health" {
		s.health(w)
		return
	}
	if op, isAuth := authPaths[r.URL.Path]; isAuth {
		s.count(op)
		s.serveAuth(w, r, op)
		return
	}
	op, name, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v1/transit/"), "/")
	if ok {
		s.count(op)
	}
	data, f := s.serve(r, op, name, ok && strings.HasPrefix(r.URL.Path, "/v1/transit/"))
	switch {
	case f != nil:
		f.write(w)
	case s.answer != nil:
		w.WriteHeader(s.answer.status)
		_, _ = fmt.Fprint(w, s.answer.body)
	default:
		_ = json.NewEncoder(w).Encode(map[string]any{"request_id": "00000000-0000-0000-0000-000000000000", "data": data})
	}
}

func (f *fault) write(w http.ResponseWriter) {
	w.WriteHeader(f.status)
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": []string{f.text}}) // the client's problem
}

func (s *Server) count(op string) {
	if s.calls == nil {
		s.calls = map[string]int{}
	}
	s.calls[op]++
}

func (s *Server) health(w http.ResponseWriter) {
	if s.sealed {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"initialized": true, "sealed": s.sealed, "standby": false})
}

// serve answers a call of the engine. ok is false for a path outside of it.
func (s *Server) serve(r *http.Request, op, name string, ok bool) (data any, f *fault) {
	if f := s.mayCall(r); f != nil {
		return nil, f
	}
	if _, f := s.tokenOf(r); f != nil {
		return nil, f
	}
	switch {
	case !ok:
		return nil, &fault{http.StatusNotFound, "no handler for route"}
	case op != "encrypt" && op != "decrypt":
		return nil, &fault{http.StatusForbidden, "permission denied"} // the policy names these two
	case r.Method != http.MethodPost && r.Method != http.MethodPut:
		return nil, &fault{http.StatusMethodNotAllowed, "unsupported operation"}
	case s.answer != nil:
		return nil, nil
	}
	k := s.keys[name]
	if k == nil {
		return nil, &fault{http.StatusBadRequest, "encryption key not found"}
	}
	var in struct {
		Plaintext      *string `json:"plaintext"`
		Ciphertext     string  `json:"ciphertext"`
		AssociatedData string  `json:"associated_data"`
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		return nil, &fault{http.StatusBadRequest, "failed to parse JSON input"}
	}
	aad, err := base64.StdEncoding.DecodeString(in.AssociatedData)
	if err != nil {
		return nil, &fault{http.StatusBadRequest, "failed to base64-decode associated_data"}
	}
	if op == "encrypt" {
		if in.Plaintext == nil {
			return nil, &fault{http.StatusBadRequest, "missing plaintext to encrypt"}
		}
		return k.encrypt(*in.Plaintext, aad)
	}
	return k.decrypt(in.Ciphertext, aad)
}

func (k *transitKey) encrypt(plaintext string, aad []byte) (any, *fault) {
	clear, err := base64.StdEncoding.DecodeString(plaintext)
	if err != nil {
		return nil, &fault{http.StatusBadRequest, "failed to base64-decode plaintext"}
	}
	g := gcm(k.versions[len(k.versions)-1])
	sealed := base64.StdEncoding.EncodeToString(g.Seal(nil, nil, clear, aad))
	return map[string]any{
		"ciphertext":  fmt.Sprintf("vault:v%d:%s", len(k.versions), sealed),
		"key_version": len(k.versions),
	}, nil
}

func (k *transitKey) decrypt(ciphertext string, aad []byte) (any, *fault) {
	rest, ok := strings.CutPrefix(ciphertext, "vault:v")
	if !ok {
		return nil, &fault{http.StatusBadRequest, "invalid ciphertext: no prefix"}
	}
	number, encoded, ok := strings.Cut(rest, ":")
	if !ok {
		return nil, &fault{http.StatusBadRequest, "invalid ciphertext: wrong number of fields"}
	}
	version, err := strconv.Atoi(number)
	switch {
	case err != nil:
		return nil, &fault{http.StatusBadRequest, "invalid ciphertext: version number could not be decoded"}
	case version > len(k.versions):
		return nil, &fault{http.StatusBadRequest, "invalid ciphertext: version is too new"}
	case version < k.min:
		return nil, &fault{http.StatusBadRequest, "ciphertext or signature version is disallowed by policy (too old)"}
	}
	sealed, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, &fault{http.StatusBadRequest, "invalid ciphertext: could not decode base64"}
	}
	clear, err := gcm(k.versions[version-1]).Open(nil, nil, sealed, aad)
	if err != nil {
		return nil, &fault{http.StatusBadRequest, "cipher: message authentication failed"}
	}
	return map[string]any{"plaintext": base64.StdEncoding.EncodeToString(clear)}, nil
}

func gcm(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // keys have 32 bytes
	}
	g, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return g
}
