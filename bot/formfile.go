package bot

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
)

// formFile is a multipart form with one file. The SDK would copy the file into a growing buffer; formFile sends a photo
// of many megabytes without a copy.
type formFile struct {
	contentType      string
	head, file, tail []byte
}

func newFormFile(field, name string, file []byte) *formFile {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	_, _ = w.CreateFormFile(field, name) // a write to a bytes.Buffer never fails
	head := b.Len()
	_ = w.Close()
	return &formFile{w.FormDataContentType(), b.Bytes()[:head:head], file, b.Bytes()[head:]}
}

// setBody sets the form as the body of req, which the caller must own.
func (f *formFile) setBody(req *http.Request) {
	body := func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(bytes.NewReader(f.head), bytes.NewReader(f.file), bytes.NewReader(f.tail))), nil
	}
	req.Body, _ = body()
	req.GetBody = body
	req.ContentLength = int64(len(f.head) + len(f.file) + len(f.tail))
	req.Header = req.Header.Clone()
	req.Header.Set("Content-Type", f.contentType)
}
