package bot

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Vectors of the page "步骤三：接收事件" (A), of the Go SDK's (B) and of the Node SDK's tests (C).
const (
	vectorA = `P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=`
	vectorB = `bZ3L7yh6m3Fkuffl4g+3uGjIHnhOm5fVZbKVuyT8t7tcd5ABMYm8l28/X900ZL3knZ7n+sCREu/H2WnIzft0amC7+xWqNH8o25IU63N4BnZWfHh+4hyG76QPd19vkw2bPJCx9aqxK8Nz+xqFNbk0RdgyWhmgd30jSxHtcQXAllkI7FMpGpOCteJad3bLXPDBQIV/xkCtKICCS7Z63gakpxZCLaRZ3qCXP1fapHh+LBIupxenrU6ysc7I3nHmjmKie41IiWwS5puG4zQHhVbq6KWLcgWm/3NBZOPQy53ucMu75SXA55I7jarVLZXWUcqBGrcgE3vouWbtwgZuzmoTQl0GSh5VYSVvpW992BuGxUWj0XjPYdICJm6Cr7xouNXwMcdb7N8caVdkdSZeEnswG19qSyDoQhklwzNGW0yiaayulBqJNjfge/G5V3401c2XaIuAeEIo+QQ4RSNpRGfnHkbu/j55FGQAGWjpuBNaIwZbaUoVP3NkGP+vM5rpEDe3sL2GN+Xsd+g9yBs7FqdMV8mXTGgLjCqjrPrke5/km76Q3Pe6KPs2YexMRG4MkSx3xUTzZnNn7zIzShPcjeSwBd2pxk6ht5N+fzueZdxl6Oo=`
	vectorC = `tT1xP+ovuc0T3b/rnZX3ax76exqAn0ANQ6/U45GcciC0mgNBc8JtvqOJGNAPMKpgRs2dVU1NYk9VDeqS8T4SYtU0hzNU54aS84WnxvZ3VFfDcy/RyABlNqlUiGyLDzFI0yxdCMT4KR/YEQXlt6nZi50KwRlZ+A75r645KesZuLMljezYyY8VeeXEVjPw35+e`
)

func TestDecryptVectors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, encrypted, key, want string }{
		{"A", vectorA, "test key", "hello world"},
		{"B", vectorB, "1212121212",
			`{"schema":"2.0","header":{"event_id":"f7984f25108f8137722bb63cee927e66","event_type":"contact.user.created_v3","app_id":"cli_xxxxxxxx","tenant_key":"xxxxxxx","create_time":"1603977298000000","token":"v"},"event":{"object":{"open_id":"ou_7dab8a3d3cdcc9da365777c7ad535d62","union_id":"on_576833b917gda3d939b9a3c2d53e72c8","user_id":"e33ggbyz","name":"张三","employee_no":"employee_no"}},"challenge":"1212","type":"url_verification"}`},
		{"C", vectorC, "mazhe.nerd",
			`{"challenge":"5634b122-c042-4634-bc7f-b07a3c3e77ad","token":"iRdCP2WwXNBXRM3mGLqhrgch3cn0gbT6","type":"url_verification"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := decrypt(tt.encrypted, tt.key)
			if err != nil || string(got) != tt.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestDecryptRefuses(t *testing.T) {
	t.Parallel()
	good := encrypt([]byte("0123456789abcdef0123"), "k")
	for name, in := range map[string]string{
		"empty":          "",
		"not base64":     "%%%",
		"only an iv":     "AAAAAAAAAAAAAAAAAAAAAA==",
		"half a block":   good[:len(good)-8],
		"a block short":  encrypt([]byte("x"), "k")[:24],
		"other key":      encrypt([]byte("0123456789abcdef0123"), "another"),
		"padding of 0":   rawCBC(t, append(bytes.Repeat([]byte{'x'}, 15), 0)),
		"padding of 17":  rawCBC(t, append(bytes.Repeat([]byte{17}, 16), bytes.Repeat([]byte{17}, 16)...)),
		"padding broken": rawCBC(t, append(bytes.Repeat([]byte{'x'}, 12), 4, 3, 4, 4)),
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := decrypt(in, "k"); err == nil {
				t.Errorf("%s: decrypted to %q", name, got)
			}
		})
	}
}

// rawCBC encrypts whole blocks without padding. It removes the padding block that encrypt adds.
func rawCBC(t *testing.T, blocks []byte) string {
	t.Helper()
	const block = 16
	with := encrypt(blocks, "k")
	raw := decodeBase64(t, with)
	return encodeBase64(raw[:len(raw)-block])
}

func TestSignVectors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ timestamp, nonce, key, encrypted, want string }{
		{"timestamp", "nonce", "1212121212", vectorB, "1de634ba0ac553ad514aa389b0c20cff1a14dd1f8aa79128f69f004c5a1130ad"},
		{"1700000000", "abc", "test key", vectorA, "0c09d96c2aef2ad08179b3967ea410bbc91dab24ce3aec05af962cf1935844af"},
	} {
		t.Run(tt.timestamp, func(t *testing.T) {
			if got := sign(tt.timestamp, tt.nonce, tt.key, []byte(`{"encrypt":"`+tt.encrypted+`"}`)); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// TestChallengeOfVectors sends the two recorded url_verifications through the server.
func TestChallengeOfVectors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, encrypted, key, token, want string
		signed                            bool
	}{
		{"B signed", vectorB, "1212121212", "v", "1212", true},
		{"B unsigned", vectorB, "1212121212", "v", "1212", false},
		{"C unsigned", vectorC, "mazhe.nerd", "iRdCP2WwXNBXRM3mGLqhrgch3cn0gbT6", "5634b122-c042-4634-bc7f-b07a3c3e77ad",
			false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newTestServer(t, func(c *ServerConfig) { c.EncryptKey, c.VerificationToken = tt.key, tt.token })
			p := pushOf("")
			p.key, p.unsigned, p.body = tt.key, !tt.signed, []byte(`{"encrypt":"`+tt.encrypted+`"}`)
			w := r.send(p)
			if w.Code != http.StatusOK || w.Body.String() != `{"challenge":"`+tt.want+`"}` {
				t.Errorf("got %d %s, want %v", w.Code, w.Body, http.StatusOK)
			}
		})
	}
}

func FuzzDecrypt(f *testing.F) {
	f.Add(vectorA, "test key")
	f.Add(vectorC, "mazhe.nerd")
	f.Add("AAAA", "")
	f.Fuzz(func(t *testing.T, encrypted, key string) {
		plain, err := decrypt(encrypted, key)
		if err == nil && len(plain) >= len(encrypted) {
			t.Errorf("%d bytes out of %d characters", len(plain), len(encrypted))
		}
	})
}

// FuzzGuard sends pushes of a stranger without the key. None may reach the Handler, and every response has a fixed
// text.
func FuzzGuard(f *testing.F) {
	good := pushOf(messageEvent("text", `{"text":"hi"}`))
	body := encryptedBody(good.plain, good.key)
	signature := sign(good.timestamp, good.nonce, good.key, body)
	f.Add(good.timestamp, good.nonce, strings.ToUpper(signature), body)
	f.Add("", "", "", body)
	f.Add(good.timestamp, good.nonce, "", []byte(`{"encrypt":"`+vectorA+`"}`))
	f.Add("", "", "", []byte(`{"type":"url_verification","token":"vtok","challenge":"x"}`))
	f.Add("", "", "", []byte(`[[[[`))
	r := newTestServer(f)
	f.Fuzz(func(t *testing.T, timestamp, nonce, given string, body []byte) {
		if given == sign(timestamp, nonce, testKey, body) {
			t.Skip("somebody with the key")
		}
		header := http.Header{}
		for name, value := range map[string]string{headerTimestamp: timestamp, headerNonce: nonce, headerSignature: given} {
			if value != "" {
				header[name] = []string{value}
			}
		}
		if e, refused := r.guard.open(header, body); refused == nil {
			t.Errorf("passed as %q", e.kind())
		} else if refused.status != http.StatusUnauthorized {
			t.Errorf("status %d tells more than 401, want %v", refused.status, http.StatusUnauthorized)
		}
	})
}

// FuzzSigned sends pushes with a valid signature and encryption and arbitrary content.
func FuzzSigned(f *testing.F) {
	f.Add(messageEvent("text", `{"text":"hi"}`))
	f.Add(messageEvent("post", `{"content":[[{"tag":"img","image_key":"k"}]]}`))
	f.Add(clickEvent(confirmValue(), m{"identity_name": "x"}))
	f.Add(clickEvent("string", 3))
	f.Add(event20(eventMenu, m{"operator": nil}))
	f.Add(event20(eventEntered, nil))
	f.Add(event20(eventRecalled, m{"message_id": "om"}))
	f.Add(event20(eventStaffChanged, m{"object": m{"open_id": "ou", "status": m{"is_frozen": 1}}, "old_object": m{"name": 3}}))
	f.Add(`{"uuid":"u","ts":"1.5","token":"vtok","type":"event_callback",` +
		`"event":{"app_id":"cli_test","tenant_key":"tk","type":"app_uninstalled"}}`)
	f.Add(event20(eventRead, m{"reader": nil, "message_id_list": []any{1}}))
	f.Add(event20("app_ticket", m{}))
	f.Add(`{"header":{"event_type":"app_ticket","token":"vtok","app_id":"cli_test"}}`) // panics in the SDK
	f.Add(`{"type":"event_callback","token":"vtok","event":{"app_id":"cli_test","type":"message"}}`)
	f.Add(`null`)
	r := newTestServer(f)
	f.Fuzz(func(t *testing.T, plain string) {
		w := r.send(pushOf(plain))
		switch w.Code {
		case http.StatusOK, http.StatusBadRequest, http.StatusForbidden:
		default:
			t.Errorf("status %d for %q: %s", w.Code, plain, r.log)
		}
	})
}

func TestRefusalsAreNotLoggedWithoutBound(t *testing.T) {
	t.Parallel()
	now := testNow
	r := newTestServer(t, func(c *ServerConfig) { c.Now = func() time.Time { return now } })
	bad := pushOf("")
	bad.signature = "00"
	for range 50 {
		r.send(bad)
	}
	if n := strings.Count(r.log.String(), "push refused"); n != 1 {
		t.Errorf("%d lines for 50 refusals in one moment, want 1", n)
	}
	now = now.Add(refusalPause)
	r.send(bad)
	if !strings.Contains(r.log.String(), "skipped=49") {
		t.Errorf("the refusals kept back are not counted:\n%s", r.log)
	}
}
