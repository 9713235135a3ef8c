package bot

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"shiming/flows"
)

// TestUploadFile: the form has the fields of the page 上传文件, the file last.
func TestUploadFile(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	answer := `{"file_key":"file_v3_1"}`
	f.handle("POST /open-apis/im/v1/files", func(w http.ResponseWriter, r *http.Request) {
		name, content := fileOf(t, r, "file")
		if name != "名单.xlsx" || content != "PK" {
			t.Errorf("file %q %q, want %q %q", name, content, "名单.xlsx", "PK")
		}
		if kind, name := r.FormValue("file_type"), r.FormValue("file_name"); kind != "stream" || name != "名单.xlsx" {
			t.Errorf("fields %q, %q, want %q, %q", kind, name, "stream", "名单.xlsx")
		}
		ok(w, answer)
	})
	c := f.client(t)
	if key, err := c.UploadFile(t.Context(), "名单.xlsx", []byte("PK")); key != "file_v3_1" || err != nil {
		t.Errorf("got %q, %v, want %q", key, err, "file_v3_1")
	}
	answer = `{}`
	var api *APIError
	if _, err := c.UploadFile(t.Context(), "名单.xlsx", []byte("PK")); !errors.As(err, &api) || !api.Temporary() {
		t.Errorf("got %v for an answer without a key, want an error that may be repeated", err)
	}
}

// TestUploadFileTakesLong: an upload of megabytes has the time of a download, and not that of a message.
func TestUploadFileTakesLong(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	const patience = 50 * time.Millisecond
	f.handle("POST /open-apis/im/v1/files", func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(3 * patience):
		}
		ok(w, `{"file_key":"file_v3_1"}`)
	})
	c := f.client(t)
	if _, err := c.tokens.get(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	c.timeout = patience
	if key, err := c.UploadFile(t.Context(), "a.xlsx", []byte("PK")); key != "file_v3_1" || err != nil {
		t.Errorf("got %q, %v, want %q", key, err, "file_v3_1")
	}
}

// TestSendFile: the message is that of the page 发送消息 for a file.
func TestSendFile(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.handle("POST /open-apis/im/v1/messages", func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.Query().Get("receive_id_type"); got != "open_id" {
			t.Errorf("receive_id_type %q", got)
		}
		want := m{"receive_id": "ou_1", "msg_type": "file", "content": `{"file_key":"file_v3_1"}`, "uuid": "u"}
		got := bodyOf(t, r)
		for k, v := range want {
			if got[k] != v {
				t.Errorf("%s: got %v, want %v", k, got[k], v)
			}
		}
		ok(w, `{"message_id":"om_1"}`)
	})
	to := flows.Receiver{Type: "open_id", ID: "ou_1"}
	if id, err := f.client(t).SendFile(t.Context(), to, "file_v3_1", "u"); id != "om_1" || err != nil {
		t.Errorf("got %q, %v, want %q", id, err, "om_1")
	}
}
