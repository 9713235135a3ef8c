package esign

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ContentTypeBinary is the content type for JPEG and PNG. e签宝 accepts only this one and application/pdf.
const ContentTypeBinary = "application/octet-stream"

// Limits of file-upload-url. Older pages of the documentation allow less; 9 MB satisfies every revision.
const (
	maxFileSize     = 50 << 20
	maxFileNameLen  = 100
	maxIDLen        = 128
	contentTypePDF  = "application/pdf"
	fileUploadPath  = "/v3/files/file-upload-url"
	fileStatusPath  = "/v3/files/"
	forbiddenInName = `/\:*"<>|?` + "／＼：＊＂“”＜＞｜？"
)

// File declares a file before its upload.
type File struct {
	Name        string // with the extension that matches the content, at most 100 characters
	ContentType string // ContentTypeBinary or application/pdf; empty means ContentTypeBinary
	Size        int64  // bytes
	MD5         string // ContentMD5 of the bytes
}

// contentType returns the content type of both the declaration and the PUT.
func (f File) contentType() string { return firstNonEmpty(f.ContentType, ContentTypeBinary) }

// Upload is the upload address of one file. It is valid for 60 minutes.
type Upload struct {
	FileID string
	URL    UploadLink
}

var extensions = strings.Fields("pdf docx doc rtf xlsx xls pptx ppt wps et dps jpeg jpg png bmp tiff tif gif html htm")

// Validate checks the rules of the page "file-upload-url" and returns a *ValidationError that names fields, not values.
func (f File) Validate() error {
	var v ValidationError
	ext := strings.ToLower(strings.TrimPrefix(path.Ext(f.Name), "."))
	known := false
	for _, e := range extensions {
		known = known || e == ext
	}
	length := utf8.RuneCountInString(f.Name)
	v.add(!known || length == len(ext)+1, "fileName", "has no known extension")
	v.add(length > maxFileNameLen, "fileName", "is longer than 100 characters")
	v.add(!utf8.ValidString(f.Name) || strings.ContainsAny(f.Name, forbiddenInName) ||
		strings.ContainsFunc(f.Name, isSymbol),
		"fileName", "has a forbidden character")
	v.add(f.contentType() != ContentTypeBinary && f.contentType() != contentTypePDF, "contentType",
		"is not one of the two allowed")
	v.add(f.Size <= 0, "fileSize", "is not positive")
	v.add(f.Size > maxFileSize, "fileSize", "is over 50 MB")
	sum, err := base64.StdEncoding.DecodeString(f.MD5)
	v.add(err != nil || len(sum) != 16, "contentMd5", "is not Base64 of 16 bytes")
	return v.err()
}

// isSymbol reports whether r is an emoji or an invisible character, which e签宝 refuses in a file name.
func isSymbol(r rune) bool {
	return unicode.In(r, unicode.So, unicode.Sk, unicode.Cc, unicode.Cf) || r == '\uFE0F'
}

// UploadURL requests the upload address of a file: POST /v3/files/file-upload-url. A repetition does no harm, because
// an unused file id has no effect.
func (c *Client) UploadURL(ctx context.Context, f File) (Upload, error) {
	const op = "UploadURL"
	if err := f.Validate(); err != nil {
		return Upload{}, invalidRequest(op, err)
	}
	body, err := json.Marshal(struct {
		ContentMD5   string `json:"contentMd5"`
		ContentType  string `json:"contentType"`
		FileName     string `json:"fileName"`
		FileSize     int64  `json:"fileSize"`
		ConvertToPDF bool   `json:"convertToPDF"`
	}{f.MD5, f.contentType(), f.Name, f.Size, false})
	if err != nil {
		return Upload{}, invalidRequest(op, err)
	}
	var data uploadData
	if err := c.do(ctx, call{
		op:     op,
		method: http.MethodPost,
		path:   fileUploadPath,
		body:   body,
	}, &data); err != nil {
		return Upload{}, err
	}
	return Upload{FileID: data.FileID, URL: UploadLink(data.URL)}, nil
}

type uploadData struct {
	FileID string `json:"fileId"`
	URL    string `json:"fileUploadUrl"`
}

func (d *uploadData) complete() bool { return isToken(d.FileID, maxIDLen) && d.URL != "" }

// FileStatus is the processing status of a file (page "查询文件上传状态", pdf-sign3/qz4aip).
type FileStatus struct {
	FileID string
	Status int // fileStatus, 0 to 12
}

// Usable reports whether the file is ready: 2 uploaded, 5 converted to PDF.
func (s FileStatus) Usable() bool { return s.Status == 2 || s.Status == 5 }

// Pending reports whether the status may still change: 0 not uploaded (possible for a moment after the PUT), 1
// uploading, 4 and 8 PDF conversion, 6 watermarking, 10 and 11 HTML conversion.
func (s FileStatus) Pending() bool {
	switch s.Status {
	case 0, 1, 4, 6, 8, 10, 11:
		return true
	}
	return false
}

// Failed reports whether the file can never become usable: 3 upload, 9 PDF conversion, 12 HTML conversion failed.
func (s FileStatus) Failed() bool { return s.Status == 3 || s.Status == 9 || s.Status == 12 }

// FileStatus requests the status of a file: GET /v3/files/{fileId}.
func (c *Client) FileStatus(ctx context.Context, fileID string) (FileStatus, error) {
	const op = "FileStatus"
	if !isToken(fileID, maxIDLen) {
		return FileStatus{}, invalidRequest(op, &ValidationError{[]Problem{{"fileId", "is not a file id"}}})
	}
	data := statusData{asked: fileID}
	if err := c.do(ctx, call{op: op, method: http.MethodGet, path: fileStatusPath + fileID}, &data); err != nil {
		return FileStatus{}, err
	}
	status := FileStatus{FileID: fileID, Status: *data.Status}
	if !status.Usable() && !status.Pending() && !status.Failed() {
		c.unknownCode(op, strconv.Itoa(status.Status))
	}
	return status, nil
}

// statusData does not decode fileName and fileDownloadUrl; anyone who has that URL can read the file.
type statusData struct {
	FileID string `json:"fileId"`
	Status *int   `json:"fileStatus"`
	asked  string
}

func (d *statusData) complete() bool {
	return d.Status != nil && (d.FileID == "" || d.FileID == d.asked)
}
