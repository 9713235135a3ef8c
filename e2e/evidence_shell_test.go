package e2e

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shiming/config"
	"shiming/e2e/files"
	"shiming/e2e/harness"
)

// evidenceShell runs `shiming evidence …` in a process of its own beside the running bot.
type evidenceShell struct {
	*harness.Harness
	dir  string
	file string // of the configuration
}

func newEvidenceShell(h *harness.Harness) evidenceShell {
	return evidenceShell{h, h.TempDir(), files.WriteTemp(h.T, "config.yaml", "")}
}

func (s evidenceShell) path(name string) string { return filepath.Join(s.dir, name) }

// run returns exit code and output. verify gets no configuration.
func (s evidenceShell) run(args ...string) (int, string) {
	s.Helper()
	env := append(config.Environ(s.Values), "LANG=zh_CN.UTF-8")
	if args[0] == "verify" {
		env = []string{"LANG=zh_CN.UTF-8"}
	} else {
		args = append(args, "--config", s.file)
	}
	return harness.Command(s.Ctx, env, append([]string{"evidence"}, args...)...).Run(s.T)
}

// must runs a command that has to end with a code.
func (s evidenceShell) must(code int, args ...string) string {
	s.Helper()
	got, out := s.run(args...)
	if got != code {
		s.Fatalf("evidence %v: got %d, want %d: %s", args, got, code, out)
	}
	return out
}

// export writes a bundle and returns it.
func (s evidenceShell) export(who, name string, flags ...string) []byte {
	s.Helper()
	s.must(0, append([]string{"export", who, s.path(name)}, flags...)...)
	return s.read(name)
}

func (s evidenceShell) read(name string) []byte {
	s.Helper()
	raw, err := os.ReadFile(s.path(name))
	if err != nil {
		s.Fatal(err)
	}
	return raw
}

func (s evidenceShell) write(name string, content []byte) string {
	s.Helper()
	if err := os.WriteFile(s.path(name), content, 0o600); err != nil {
		s.Fatal(err)
	}
	return s.path(name)
}

// filed brings somebody to the end.
func filed(h *harness.Harness) harness.Person {
	h.Helper()
	p := h.Hire()
	p.ToReview()
	h.Admin(0).Decides(p, "approve", nil)
	p.CheckFiled()
	return p
}

// provenPayload verifies a bundle by RFC 7515, RFC 8037 and RFC 7638 with the standard library only, and returns what is
// signed. It shares no code with the program.
func provenPayload(t *testing.T, bundle, keys []byte) []byte {
	t.Helper()
	var set struct {
		Keys []struct{ Kty, Crv, X, Kid string }
	}
	var jws struct{ Payload, Protected, Signature string }
	if err := json.Unmarshal(keys, &set); err != nil || len(set.Keys) != 1 {
		t.Fatalf("got %d keys and %v, want one", len(set.Keys), err)
	}
	if err := json.Unmarshal(bundle, &jws); err != nil {
		t.Fatal(err)
	}
	decode := func(s string) []byte {
		raw, err := base64.RawURLEncoding.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	var header struct{ Alg, Kid, Typ string }
	if err := json.Unmarshal(decode(jws.Protected), &header); err != nil {
		t.Fatal(err)
	}
	key := set.Keys[0]
	thumbprint := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + key.X + `"}`))
	kid := base64.RawURLEncoding.EncodeToString(thumbprint[:])
	if header.Alg != "EdDSA" || header.Kid != kid || key.Kid != kid || key.Kty != "OKP" || key.Crv != "Ed25519" {
		t.Errorf("got the header %+v for the key %s", header, kid)
	}
	if !ed25519.Verify(decode(key.X), []byte(jws.Protected+"."+jws.Payload), decode(jws.Signature)) {
		t.Fatal("the signature does not verify")
	}
	return decode(jws.Payload)
}

// provenTrail recomputes the audit trail of a payload, with the standard library only. It returns the rows' events and
// how many rows were withheld.
func provenTrail(t *testing.T, payload []byte) (events []string, withheld int) {
	t.Helper()
	var p struct {
		Audit struct {
			Rows []struct {
				Link       json.RawMessage
				Prev, Hash string
				Withheld   []string
			}
		}
	}
	if err := json.Unmarshal(payload, &p); err != nil {
		t.Fatal(err)
	}
	before := strings.Repeat("0", 64)
	for i, row := range p.Audit.Rows {
		var compact bytes.Buffer
		if err := json.Compact(&compact, row.Link); err != nil {
			t.Fatal(err)
		}
		prev, err := hex.DecodeString(row.Prev)
		if err != nil || row.Prev != before {
			t.Fatalf("row %d does not follow the row before", i+1)
		}
		if sum := sha256.Sum256(append(prev, compact.Bytes()...)); hex.EncodeToString(sum[:]) != row.Hash {
			if len(row.Withheld) == 0 {
				t.Errorf("row %d does not have its hash", i+1)
			}
			withheld++
		}
		var link struct{ Event string }
		if err := json.Unmarshal(row.Link, &link); err != nil {
			t.Fatal(err)
		}
		events = append(events, link.Event)
		before = row.Hash
	}
	return events, withheld
}

// sentFields returns the fields of the evidence point that a payload states.
func sentFields(t *testing.T, payload []byte) map[string]struct{ Name, Value, State string } {
	t.Helper()
	var p struct {
		Filed struct {
			EviPointID string `json:"evi_point_id"`
			Fields     []struct{ Name, Value, State string }
		}
	}
	if err := json.Unmarshal(payload, &p); err != nil {
		t.Fatal(err)
	}
	out := map[string]struct{ Name, Value, State string }{"": {Value: p.Filed.EviPointID}}
	for _, f := range p.Filed.Fields {
		out[f.Name] = f
	}
	return out
}
