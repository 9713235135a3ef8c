package bot

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
)

// formFile is a form with one file. The SDK would copy the file into a buffer, and again while that
// grows; photos of many megabytes are sent from where they are.
type formFile struct {
	contentType      string
	head, file, tail []byte
}

func newFormFile(field, name string, file []byte) *formFile {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	_, _ = w.CreateFormFile(field, name) // a buffer takes everything
	head := b.Len()
	_ = w.Close()
	return &formFile{w.FormDataContentType(), b.Bytes()[:head:head], file, b.Bytes()[head:]}
}

// become makes the file the body of a request that has none. req is the caller's own.
func (f *formFile) become(req *http.Request) {
	body := func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(bytes.NewReader(f.head), bytes.NewReader(f.file), bytes.NewReader(f.tail))), nil
	}
	req.Body, _ = body()
	req.GetBody = body
	req.ContentLength = int64(len(f.head) + len(f.file) + len(f.tail))
	req.Header = req.Header.Clone()
	req.Header.Set("Content-Type", f.contentType)
}
