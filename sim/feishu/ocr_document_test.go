package feishu

import (
	"testing"
	"time"
)

var documentKeys = []string{DocumentHKMPermit, DocumentTWPermit, DocumentPassport}

func withDocuments(c *Config) {
	withReader(c)
	c.ReadDocument = func(key string, img []byte) ([]Entity, int) {
		if img[len(img)-1] != 1 {
			return nil, 2110002
		}
		return []Entity{{"full_name_cn", key}}, 0
	}
}

func (w *world) document(key string, img []byte) answer {
	w.t.Helper()
	return w.upload("/document_ai/v1/"+key+"/recognize", "file", img, nil)
}

// TestDocumentOCR: each kind has a scope and a key of its own, and no side or corners.
func TestDocumentOCR(t *testing.T) {
	for _, key := range documentKeys {
		t.Run(key, func(t *testing.T) {
			w := newWorld(t, withDocuments, func(c *Config) { c.OCRPerSecond = 100 }).login()
			a := w.document(key, jpeg(1))
			w.want(a, 200, 0)
			read := object(a.data()[key])
			if len(a.data()) != 1 || len(read) != 1 || object(list(read["entities"])[0])["value"] != key {
				t.Errorf("got the answer %v, want the entities under %s", a.data(), key)
			}
			w.want(w.document(key, jpeg(9)), 400, 2110002)
			w.want(w.document(key, nil), 400, 2110001)
			w.want(w.document(key, append(jpeg(1), make([]byte, 10<<20)...)), 400, 2110001)
			w.OCRQuota(0)
			w.want(w.document(key, jpeg(1)), 400, 2110003)
			w.OCRQuota(-1)
			if calls := w.OCRCalls(); len(calls) != 5 || calls[0].Key != key || calls[4].Code != 2110003 {
				t.Errorf("got the calls %+v, want five of %s", calls, key)
			}
			w.Revoke("document_ai:" + key + ":recognize")
			w.want(w.document(key, jpeg(1)), 400, 99991672)
			w.want(w.ocr(jpeg(1)), 200, 0)
		})
	}
}

// TestOCRsShareTheLimit: ten calls a second are those of ID cards and documents together.
func TestOCRsShareTheLimit(t *testing.T) {
	w := newWorld(t, withDocuments).login()
	for i := range 9 {
		w.want(w.document(documentKeys[i%3], jpeg(1)), 200, 0)
	}
	w.want(w.ocr(jpeg(1)), 200, 0)
	for _, key := range documentKeys {
		w.want(w.document(key, jpeg(1)), 429, 99991400)
	}
	w.want(w.ocr(jpeg(1)), 429, 99991400)
	w.clock.add(time.Second)
	w.want(w.document(documentKeys[0], jpeg(1)), 200, 0)
}
