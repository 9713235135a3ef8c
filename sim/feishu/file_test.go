package feishu

import (
	"net/http"
	"testing"
)

// TestUploadFile: what 上传文件 takes, by its page, and what a message of the type file may carry.
func TestUploadFile(t *testing.T) {
	w := newWorld(t).login()
	w.AddUser(User{OpenID: "ou_a"})
	fields := func(kind, name string) map[string]string {
		return map[string]string{"file_type": kind, "file_name": name}
	}
	up := func(file []byte, fields map[string]string) answer {
		return w.upload("/im/v1/files", "file", file, fields)
	}
	for name, c := range map[string]struct {
		file   []byte
		fields map[string]string
		code   int
	}{
		"stream":      {[]byte("a,b"), fields("stream", "a.csv"), 0},
		"xls":         {[]byte("a,b"), fields("xls", "a.xls"), 0},
		"30 MB":       {make([]byte, 30<<20), fields("stream", "a.bin"), 0},
		"over 30 MB":  {make([]byte, 30<<20+1), fields("stream", "a.bin"), 234006},
		"empty":       {[]byte{}, fields("stream", "a.csv"), 234010},
		"no file":     {nil, fields("stream", "a.csv"), 234001},
		"no name":     {[]byte("a"), fields("stream", ""), 234001},
		"no type":     {[]byte("a"), map[string]string{"file_name": "a.csv"}, 234001},
		"other type":  {[]byte("a"), fields("xlsx", "a.xlsx"), 234001},
		"other field": {nil, map[string]string{"file_type": "stream", "file_name": "a.csv", "files": "a"}, 234001},
	} {
		t.Run(name, func(t *testing.T) {
			status := http.StatusOK
			if c.code != 0 {
				status = http.StatusBadRequest
			}
			w.want(up(c.file, c.fields), status, c.code)
		})
	}

	f := up([]byte("a,b"), fields("stream", "list.csv"))
	key := str(f.data()["file_key"])
	sent := w.send("ou_a", "file", `{"file_key":"`+key+`"}`, "")
	w.want(sent, 200, 0)
	if name, data, ok := w.Resource(key); !ok || name != "list.csv" || string(data) != "a,b" {
		t.Errorf("stored file: %q %q %v, want %q", name, data, ok, "list.csv")
	}
	if m := w.Messages(w.P2PChat("ou_a"))[0]; m.Content != `{"file_key":"`+key+`","file_name":"list.csv"}` {
		t.Errorf("content %s, want the key and the name", m.Content)
	}
	id := str(sent.data()["message_id"])
	w.want(w.do("GET", "/im/v1/messages/"+id+"/resources/"+key+"?type=file", nil), 200, 0)
	w.want(w.do("DELETE", "/im/v1/messages/"+id, nil), 200, 0)
	w.want(w.do("GET", "/im/v1/messages/"+id+"/resources/"+key+"?type=file", nil), 400, 230110)

	film := str(up([]byte("a"), fields("mp4", "a.mp4")).data()["file_key"])
	w.want(w.send("ou_a", "file", `{"file_key":"`+film+`"}`, ""), 400, 230055)
	w.want(w.send("ou_a", "file", `{"file_key":"file_v3_nobody"}`, ""), 400, 230017)
	w.want(w.send("ou_a", "image", `{"image_key":"`+key+`"}`, ""), 400, 230017)

	w.Set(func(b *Behaviour) { b.BotOff = true })
	w.want(up([]byte("a,b"), fields("stream", "list.csv")), 400, 234007)
	w.want(w.upload("/im/v1/images", "image", jpeg(1), map[string]string{"image_type": "message"}), 400, 234007)
}
