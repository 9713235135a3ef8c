package bot

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
)

// formFile is a multipart form with one file behind its other fields. The SDK would copy the file into a growing buffer;
// formFile sends many megabytes without a copy.
type formFile struct {
	contentType      string
	head, file, tail []byte
}

// formField is a field of a form that is no file.
type formField struct{ name, value string }

func newFormFile(field, name string, file []byte, before ...formField) *formFile {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range before {
		_ = w.WriteField(f.name, f.value)
	}
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
