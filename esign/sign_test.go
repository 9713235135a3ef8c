package esign

import (
	"net/http"
	"strconv"
	"testing"
)

// TestSignatureVectors uses vectors that were computed in two languages. The dummysecret rows and the MD5 of 0123456789
// are published values.
func TestSignatureVectors(t *testing.T) {
	const upload = `{"contentMd5":"eB5eJF1ptWaXm4bijSPyxw==","contentType":"application/octet-stream",` +
		`"fileName":"id-front.jpg","fileSize":10,"convertToPDF":false}`
	const point = `{"eviName":"测试","name":"张三"}`
	const ct = "application/json; charset=UTF-8"
	tests := []struct {
		name, secret, method, body, md5, contentType, target, want string
	}{
		{"V1 post upload url", testSecret, "POST", upload, "guiWav/eFrzU7Mk1DSBG+w==", ct, "/v3/files/file-upload-url",
			"K/PzBLDwPI+14fAJgAlyrnNtzdbPjtB/WX9kMjU5nFk="},
		{"V2 get with content type", testSecret, "GET", "", "", ct, "/v3/files/" + frontID,
			"Lpe5O7O+W2uYwsKwpYIkGjFVLACT1+qScup8dos6bqc="},
		{"V2b get without content type", testSecret, "GET", "", "", "", "/v3/files/" + frontID,
			"iJeTPVzouF4/kyHD4CMht0k4Y4bvpz7tTUhQErKYG8o="},
		{"V3 raw query, empty value", testSecret, "GET", "", "", ct,
			"/v3/organizations/identity-info?orgIDCardType&orgName=某某科技有限公司",
			"Nqyza8lGPxNtvLVoA8/OcsozSOgmpa14xdTltDu/3kw="},
		{"V4 post evidence", testSecret, "POST", point, "b80EM89W2mb23zUAcDBLIQ==", ct, "/v3/evidence/evi-point/psn-realname",
			"RanOr8hi498IdS2p0/IfPz11nDVL7k5cnBA/+73Hm5o="},
		{"dummysecret post", "dummysecret", "POST", "", "uxydqKBMBy6x1siClKEQ6Q==", ct, "/v3/sign-flow/create-by-file",
			"6dYuzEqXUobDAEL97Ja5pvH3QWHpn4R5iJSWEvIsCo8="},
		{"dummysecret get", "dummysecret", "GET", "", "", ct, "/v3/sign-flow/abc123/detail",
			"xG4jw3vs+xusJ0x3XkIJBwxpTHHzEHqdMGOJ45Ry8Fk="},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.body != "" {
				if got := ContentMD5([]byte(tt.body)); got != tt.md5 {
					t.Errorf("Content-MD5 %q, want %q", got, tt.md5)
				}
			}
			text := stringToSign(tt.method, "*/*", tt.md5, tt.contentType, tt.target)
			if got := signer(Secret(tt.secret))(text); got != tt.want {
				t.Errorf("signature of %q\n got %s\nwant %s", text, got, tt.want)
			}
		})
	}
	if len(upload) != 143 || len(point) != 36 {
		t.Errorf("bodies have %d and %d bytes, want 143 and 36", len(upload), len(point))
	}
}

func TestStringToSign(t *testing.T) {
	got := stringToSign("POST", "*/*", "guiWav/eFrzU7Mk1DSBG+w==", "application/json; charset=UTF-8",
		"/v3/files/file-upload-url")
	want := "POST\n*/*\nguiWav/eFrzU7Mk1DSBG+w==\napplication/json; charset=UTF-8\n\n/v3/files/file-upload-url"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestContentMD5(t *testing.T) {
	for body, want := range map[string]string{
		"0123456789": "eB5eJF1ptWaXm4bijSPyxw==",
		"{}":         "mZFLkyvTelC5g8XnyQrpOw==",
	} {
		t.Run(body, func(t *testing.T) {
			if got := ContentMD5([]byte(body)); got != want {
				t.Errorf("ContentMD5(%q) = %q, want %q", body, got, want)
			}
		})
	}
}

// TestVectorsOnTheWire checks that the sent requests carry vectors V1 and V2.
func TestVectorsOnTheWire(t *testing.T) {
	g := newGateway(t, func(w http.ResponseWriter, r *http.Request, _ []byte) {
		if r.Method == http.MethodPost {
			_, _ = w.Write([]byte(`{"code":0,"data":{"fileId":"` + frontID + `","fileUploadUrl":"https://oss.esign.cn/x"}}`))
			return
		}
		_, _ = w.Write([]byte(`{"code":0,"data":{"fileStatus":2}}`))
	})
	c := g.client(t)
	body := []byte("0123456789")
	if _, err := c.UploadURL(t.Context(), File{Name: "id-front.jpg", Size: 10, MD5: ContentMD5(body)}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.FileStatus(t.Context(), frontID); err != nil {
		t.Fatal(err)
	}
	seen := g.requests()
	if len(seen) != 2 {
		t.Fatalf("%d requests, want 2", len(seen))
	}
	for i, want := range []string{"K/PzBLDwPI+14fAJgAlyrnNtzdbPjtB/WX9kMjU5nFk=",
		"Lpe5O7O+W2uYwsKwpYIkGjFVLACT1+qScup8dos6bqc="} {
		h := seen[i].header
		if got := h.Get("X-Tsign-Open-Ca-Signature"); got != want {
			t.Errorf("request %d is signed %s, want %s", i, got, want)
		}
		if got, want := h.Get("X-Tsign-Open-Ca-Timestamp"), strconv.FormatInt(testNow.UnixMilli(), 10); got != want {
			t.Errorf("timestamp %s, want %s", got, want)
		}
	}
	if _, sent := seen[1].header["Content-Md5"]; sent {
		t.Error("a request without body has a Content-MD5 header")
	}
	if seen[0].length != 143 || seen[0].chunked {
		t.Errorf("upload request of length %d, chunked %v; want 143, false", seen[0].length, seen[0].chunked)
	}
}
