package handover

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	body   = `{"type":"evidence_point.filed","timestamp":"2026-11-26T02:00:00Z","data":{"case_id":"c1","open_id":"ou_1",` +
		`"evidence_point_id":"P1","evidence_revision":"2025-10"}}`
)

// head is a notification about a head.
var head = strings.NewReplacer("HASH", strings.Repeat("0", 64), "CHAIN", strings.Repeat("0", 32)).Replace(
	`{"type":"audit_head.published","timestamp":"2026-11-26T02:00:00Z","data":{"tenant_key":"t","day":"2026-11-26",` +
		`"head":"HASH","previous":"HASH","chains":1,"part":1,"parts":1,"ends":[{"chain":"CHAIN","row":3,"hash":"HASH"}]}}`)

// TestReceiver checks what the receiver takes and what it refuses.
func TestReceiver(t *testing.T) {
	now := time.Now()
	for name, row := range map[string]struct {
		path, id, kind, body, key string
		at                        time.Time
		want                      int
	}{
		"right":               {want: 204},
		"another path":        {path: "/", want: 404},
		"another type":        {kind: "text/plain", want: 415},
		"id with a dot":       {id: "a.b", want: 400},
		"old":                 {at: now.Add(-6 * time.Minute), want: 401},
		"ahead":               {at: now.Add(6 * time.Minute), want: 401},
		"another key":         {key: "another key of the right length.", want: 401},
		"a further field":     {body: strings.Replace(body, `"open_id"`, `"name":"张三","open_id"`, 1), want: 422},
		"a missing field":     {body: strings.Replace(body, `"case_id":"c1",`, "", 1), want: 422},
		"too large":           {body: strings.Repeat(" ", 21<<10) + body, want: 413},
		"a head":              {body: head, want: 204},
		"a head with more":    {body: strings.Replace(head, `"day"`, `"open_id":"ou_1","day"`, 1), want: 422},
		"a head without day":  {body: strings.Replace(head, `"2026-11-26"`, `""`, 1), want: 422},
		"a head without hash": {body: strings.Replace(head, `"head":"0`, `"head":"`, 1), want: 422},
		"an end without row":  {body: strings.Replace(head, `"row":3`, `"row":0`, 1), want: 422},
		"a test about nobody": {body: `{"type":"shiming.test","data":{}}`, want: 204},
	} {
		r := New(Config{Secret: secret})
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil {
			t.Fatal(err)
		}
		if row.key != "" {
			key = []byte(row.key)
		}
		text, id, at := body, "msg_1", now
		if row.body != "" {
			text = row.body
		}
		if row.id != "" {
			id = row.id
		}
		if !row.at.IsZero() {
			at = row.at
		}
		path, kind := Path, "application/json"
		if row.path != "" {
			path = row.path
		}
		if row.kind != "" {
			kind = row.kind
		}
		stamp := strconv.FormatInt(at.Unix(), 10)
		h := hmac.New(sha256.New, key)
		h.Write([]byte(id + "." + stamp + "." + text))
		req := httptest.NewRequest("POST", path, strings.NewReader(text))
		req.Header.Set("Content-Type", kind)
		req.Header.Set("webhook-id", id)
		req.Header.Set("webhook-timestamp", stamp)
		req.Header.Set("webhook-signature", "v9,x v1,"+base64.StdEncoding.EncodeToString(h.Sum(nil)))
		rec := httptest.NewRecorder()
		r.ServeHTTP(rec, req)
		if rec.Code != row.want {
			t.Errorf("%s: got %d %v, want %d", name, rec.Code, r.Refusals(), row.want)
		}
	}
}
