package vault

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shiming/sim/vault"
	"shiming/store/keyset"
)

func start(t *testing.T) (fake *vault.Server, base, uri string) {
	t.Helper()
	fake = new(vault.Server)
	fake.AddToken("t0k3n")
	fake.AddKey("shiming")
	srv := httptest.NewServer(fake)
	t.Cleanup(srv.Close)
	host := strings.TrimPrefix(srv.URL, "http://")
	return fake, "hcvault+http://" + host, "hcvault+http://" + host + "/transit/keys/shiming"
}

func wrapping(t *testing.T, uri, token string) *keyset.Wrapping {
	t.Helper()
	w, err := keyset.WrapByService(New(Config{Token: token}), uri)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestKeyFileNeedsTheService: a key file that the service has wrapped opens with it, holds no key in clear, and opens
// with nothing else. Versions of the service's key rotate beneath it.
func TestKeyFileNeedsTheService(t *testing.T) {
	fake, base, uri := start(t)
	path := filepath.Join(t.TempDir(), "keyset.json")
	w := wrapping(t, uri, "t0k3n")
	k := keyset.New()
	if err := keyset.WriteWrapped(path, k, w); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, clear := range []string{"keyData", "epochs", "AesGcm", `"value"`} {
		if strings.Contains(string(raw), clear) {
			t.Errorf("the wrapped file holds %q", clear)
		}
	}
	got, err := keyset.LoadWrapped(path, w)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := k.Seal("x", []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	if clear, err := got.Open("x", sealed); err != nil || string(clear) != "secret" || !got.Wrapped() {
		t.Errorf("%q %v, wrapped %v", clear, err, got.Wrapped())
	}
	if n := fake.Calls("decrypt"); n != 1 {
		t.Errorf("%d calls to open the file, want 1; sealing and opening make none", n)
	}
	fake.RotateKey("shiming", 1)
	if _, err := keyset.LoadWrapped(path, w); err != nil {
		t.Errorf("after a new version of the service's key: %v", err)
	}
	fake.AddKey("other")
	own, err := keyset.WrapByKey("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	if err != nil {
		t.Fatal(err)
	}
	for name, other := range map[string]*keyset.Wrapping{
		"none":                         nil,
		"another key of the service":   wrapping(t, base+"/transit/keys/other", "t0k3n"),
		"a key from the configuration": own,
	} {
		if _, err := keyset.LoadWrapped(path, other); err == nil || !strings.Contains(err.Error(), uri) {
			t.Errorf("with %s: %v, want a refusal that names what wrapped the keys", name, err)
		}
	}
}

// TestCodes: each answer that the pages document becomes its code, says whether waiting helps, and quotes no body.
func TestCodes(t *testing.T) {
	const secretBody = `{"errors":["quoted-from-the-body"]}`
	said := func(text string) string { return `{"errors":["` + text + `"]}` }
	for name, c := range map[string]struct {
		status    int
		body      string
		want      Code
		temporary bool
	}{
		"key not found": {400, said("encryption key not found"), CodeNoKey, false},
		"no prefix":     {400, said("invalid ciphertext: no prefix"), CodeNotCiphertext, false},
		"wrong fields":  {400, said("invalid ciphertext: wrong number of fields"), CodeNotCiphertext, false},
		"version number": {400, said("invalid ciphertext: version number could not be decoded"),
			CodeNotCiphertext, false},
		"too new": {400, said("invalid ciphertext: version is too new"), CodeTooNew, false},
		"base64":  {400, said("invalid ciphertext: could not decode base64"), CodeNotCiphertext, false},
		"too old": {400, said("ciphertext or signature version is disallowed by policy (too old)"),
			CodeTooOld, false},
		"authentication":       {400, said("cipher: message authentication failed"), CodeOtherKey, false},
		"authentication, 1.6":  {500, said("cipher: message authentication failed"), CodeOtherKey, false},
		"no token":             {400, said("missing client token"), CodeNoToken, false},
		"another 400":          {400, secretBody, CodeBadRequest, false},
		"denied":               {403, said("permission denied"), CodeDenied, false},
		"invalid token":        {403, said("invalid token"), CodeDenied, false},
		"no path":              {404, `{"errors":[]}`, CodeNoPath, false},
		"method":               {405, secretBody, CodeNotAllowed, false},
		"eventual consistency": {412, secretBody, CodeConsistency, true},
		"quota":                {429, secretBody, CodeQuota, true},
		"server":               {500, secretBody, CodeServer, true},
		"not initialised":      {501, secretBody, CodeNotInitialised, true},
		"gateway":              {502, `<html>`, CodeServer, true},
		"sealed":               {503, said("Vault is sealed"), CodeSealed, true},
		"redirect":             {307, ``, CodeRedirect, true},
		"empty 204":            {204, ``, CodeShape, false},
		"no plaintext":         {200, `{"data":{}}`, CodeShape, false},
		"empty plaintext":      {200, `{"data":{"plaintext":""}}`, CodeShape, false},
		"no JSON":              {200, `<html>`, CodeShape, false},
	} {
		t.Run(name, func(t *testing.T) {
			fake, _, uri := start(t)
			fake.AnswerWith(c.status, c.body)
			a, err := New(Config{Token: "t0k3n"}).GetAEAD(uri)
			if err != nil {
				t.Fatal(err)
			}
			_, err = a.Decrypt([]byte("vault:v1:AAAA"), []byte("x"))
			checkError(t, err, c.want, c.temporary)
		})
	}
}

func checkError(t *testing.T, err error, want Code, temporary bool) {
	t.Helper()
	got, ok := errors.AsType[*Error](err)
	if !ok || got.Code != want || got.Temporary() != temporary || got.MaybeApplied() || got.RetryAfter() != 0 {
		t.Fatalf("%v, want %s, temporary %v", err, want, temporary)
	}
	if text := err.Error(); rows[want].text == "" || strings.Contains(text, "quoted") || strings.Contains(text, "t0k3n") {
		t.Errorf("it says %q", text)
	}
}

// TestServerStates: what the server itself says of a revoked token, a seal, a deleted key and an old version.
func TestServerStates(t *testing.T) {
	for name, c := range map[string]struct {
		before    func(*vault.Server)
		token     string
		want      Code
		temporary bool
	}{
		"sealed":        {func(s *vault.Server) { s.Seal(true) }, "t0k3n", CodeSealed, true},
		"revoked token": {func(s *vault.Server) { s.RevokeToken("t0k3n") }, "t0k3n", CodeDenied, false},
		"no token":      {func(*vault.Server) {}, "", CodeNoToken, false},
		"deleted key":   {func(s *vault.Server) { s.DeleteKey("shiming") }, "t0k3n", CodeNoKey, false},
		"other key":     {func(s *vault.Server) { s.AddKey("shiming") }, "t0k3n", CodeOtherKey, false},
		"old version":   {func(s *vault.Server) { s.RotateKey("shiming", 2) }, "t0k3n", CodeTooOld, false},
	} {
		t.Run(name, func(t *testing.T) {
			fake, _, uri := start(t)
			a, err := New(Config{Token: "t0k3n"}).GetAEAD(uri)
			if err != nil {
				t.Fatal(err)
			}
			sealed, err := a.Encrypt([]byte("x"), []byte("y"))
			if err != nil {
				t.Fatal(err)
			}
			c.before(fake)
			if a, err = New(Config{Token: c.token}).GetAEAD(uri); err != nil {
				t.Fatal(err)
			}
			_, err = a.Decrypt(sealed, []byte("y"))
			checkError(t, err, c.want, c.temporary)
		})
	}
}

func TestUnreachableAndHealth(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	gone := "hcvault+http://" + strings.TrimPrefix(srv.URL, "http://") + "/transit/keys/x"
	srv.Close()
	checkError(t, New(Config{}).Health(gone), CodeUnreachable, true)
	fake, _, uri := start(t)
	if err := New(Config{}).Health(uri); err != nil { // needs no token
		t.Error(err)
	}
	fake.Seal(true)
	checkError(t, New(Config{}).Health(uri), CodeSealed, true)
}

func TestURIs(t *testing.T) {
	for uri, ok := range map[string]bool{
		"hcvault://vault.example.com:8200/transit/keys/shiming":     true,
		"hcvault://vault.example.com/teams/hr/transit/keys/shiming": true,
		"hcvault+http://127.0.0.1:8200/transit/keys/shiming":        true,
		"hcvault+http://[::1]:8200/transit/keys/shiming":            true,
		"hcvault+http://vault.example.com/transit/keys/shiming":     false,
		"hcvault://vault.example.com/transit/shiming":               false,
		"hcvault://vault.example.com/keys/shiming":                  false,
		"hcvault://user@vault.example.com/transit/keys/shiming":     false,
		"hcvault:///transit/keys/shiming":                           false,
		"https://vault.example.com/transit/keys/shiming":            false,
		"": false,
	} {
		if got := New(Config{}).Supported(uri); got != ok {
			t.Errorf("%s: supported %v, want %v", uri, got, ok)
		}
	}
}
