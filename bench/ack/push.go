package main

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"time"
)

// The app of the pushes. The values are not credentials of a real app.
const (
	appID      = "cli_benchmark0000001"
	encryptKey = "benchmarkEncryptKeyEXAMPLE"
	token      = "benchmarkVerificationTokenEXAMPLE"
	tenantKey  = "tenantbenchmark01"
)

// mix describes the pushes, see kindOf.
const mix = "40 % 实名 from a new person, 20 % a photo from a new person, " +
	"15 % 进度 and 15 % a photo from a person with a case, 10 % 帮助"

// push is one event as Feishu sends it, prepared as bytes.
type push struct {
	raw       []byte // request line, headers and body
	messageID string
}

// kindOf distributes the mix evenly over the pushes.
func kindOf(i int) (content, kind string, newcomer bool) {
	photo := fmt.Sprintf(`{"image_key":"img_v3_%08d"}`, i)
	switch i % 20 {
	case 0, 2, 4, 6, 10, 12, 14, 16:
		return `{"text":"实名"}`, "text", true
	case 1, 7, 11, 17:
		return photo, "image", true
	case 3, 8, 13:
		return `{"text":"进度"}`, "text", false
	case 5, 15, 18:
		return photo, "image", false
	}
	return `{"text":"帮助"}`, "text", false
}

// pushes prepares n distinct events, signed and encrypted with the present time. run distinguishes the events of
// several runs.
func pushes(run string, n int) []push {
	out := make([]push, n)
	people := make([]int, n) // the indexes of new people; a person's later events follow the first
	last := -1
	for i := range n {
		if _, _, newcomer := kindOf(i); newcomer {
			last = i
		}
		people[i] = last
	}
	var wg sync.WaitGroup
	for part := range runtime.NumCPU() {
		wg.Go(func() {
			for i := part; i < n; i += runtime.NumCPU() {
				// The first event of a person who writes again must be answered already.
				person := people[i]
				if person != i {
					person = people[max(0, i-200)]
				}
				out[i] = newPush(run, i, person)
			}
		})
	}
	wg.Wait()
	return out
}

func newPush(run string, i, person int) push {
	content, kind, _ := kindOf(i)
	now := strconv.FormatInt(time.Now().UnixMilli(), 10)
	messageID := fmt.Sprintf("om_%s_%08d", run, i)
	plain, err := json.Marshal(map[string]any{
		"schema": "2.0",
		"header": map[string]any{
			"event_id":    fmt.Sprintf("ev_%s_%08d", run, i),
			"event_type":  "im.message.receive_v1",
			"create_time": now,
			"token":       token,
			"app_id":      appID,
			"tenant_key":  tenantKey,
		},
		"event": map[string]any{
			"sender": map[string]any{
				"sender_id": map[string]any{
					"open_id":  fmt.Sprintf("ou_%s_%08d", run, person),
					"union_id": fmt.Sprintf("on_%s_%08d", run, person),
					"user_id":  fmt.Sprintf("u%08d", person),
				},
				"sender_type": "user",
				"tenant_key":  tenantKey,
			},
			"message": map[string]any{
				"message_id":   messageID,
				"create_time":  now,
				"update_time":  now,
				"chat_id":      fmt.Sprintf("oc_%s_%08d", run, person),
				"chat_type":    "p2p",
				"message_type": kind,
				"content":      content,
				"user_agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) " +
					"Chrome/126.0 Mobile Safari/537.36 Lark/7.30",
			},
		},
	})
	if err != nil {
		panic(err) // impossible: plain data
	}
	body := fmt.Appendf(nil, `{"encrypt":%q}`, encrypt(plain))
	timestamp, nonce := now[:10], hex.EncodeToString(random(8))
	h := sha256.New()
	fmt.Fprint(h, timestamp, nonce, encryptKey)
	h.Write(body)
	raw := fmt.Appendf(nil, "POST /webhook/event HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Go-http-client/1.1\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\nX-Lark-Request-Timestamp: %s\r\n"+
		"X-Lark-Request-Nonce: %s\r\nX-Lark-Signature: %s\r\n\r\n",
		len(body), timestamp, nonce, hex.EncodeToString(h.Sum(nil)))
	return push{raw: append(raw, body...), messageID: messageID}
}

var block = sync.OnceValue(func() cipher.Block {
	key := sha256.Sum256([]byte(encryptKey))
	b, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // impossible: the key has the right length
	}
	return b
})

// encrypt encrypts as Feishu does: AES-256-CBC, IV first, PKCS#7, base64.
func encrypt(plain []byte) string {
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	data := append(bytes.Clone(plain), bytes.Repeat([]byte{byte(pad)}, pad)...)
	out := append(random(aes.BlockSize), data...)
	cipher.NewCBCEncrypter(block(), out[:aes.BlockSize]).CryptBlocks(out[aes.BlockSize:], data)
	return base64.StdEncoding.EncodeToString(out)
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}
