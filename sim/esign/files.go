package esign

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"shiming/sim/wire"
)

// File is an upload without its bytes, which the platform does not keep.
type File struct {
	ID          string    `json:"id"` // 32 lower-case hexadecimal digits
	Name        string    `json:"name"`
	ContentType string    `json:"content_type"`
	MD5         string    `json:"md5"`    // Base64, as declared
	SHA256      string    `json:"sha256"` // hexadecimal, of the received bytes; "" before the PUT
	Size        int64     `json:"size"`   // as declared, in bytes
	Status      int       `json:"status"` // 0 not uploaded, 1 uploading, 2 ready, 3 failed, 5 converted to PDF
	Puts        int       `json:"puts"`   // how often the bytes were accepted
	CreatedAt   time.Time `json:"created_at"`
}

// States of a file (pdf-sign3/qz4aip).
const (
	statusNone      = 0
	statusUploading = 1
	statusReady     = 2
	statusFailed    = 3
	statusPDF       = 5
)

type file struct {
	File
	final int // status after the polls
	polls int // status requests that still return 1
}

// Files returns all files in order of creation.
func (s *Server) Files() []File {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]File, 0, len(s.order))
	for _, id := range s.order {
		out = append(out, s.files[id].File)
	}
	return out
}

// Lose deletes a file, as a platform that cleans up too much may do. Evidence that names the file stays.
func (s *Server) Lose(fileID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.files, fileID)
	s.order = slices.DeleteFunc(s.order, func(id string) bool { return id == fileID })
}

const (
	maxFileName  = 100      // characters
	maxFileBytes = 50 << 20 // pages of 2026; older ones have smaller limits
	urlLife      = 60 * time.Minute
)

// extensions lists the accepted extensions, with the first bytes where they are certain.
var extensions = map[string][]string{
	"jpg":  {"\xFF\xD8\xFF"},
	"jpeg": {"\xFF\xD8\xFF"},
	"png":  {"\x89PNG\r\n\x1a\n"},
	"bmp":  {"BM"},
	"gif":  {"GIF8"},
	"tif":  {"II*\x00", "MM\x00*"},
	"tiff": {"II*\x00", "MM\x00*"},
	"pdf":  {"%PDF-"},
	"docx": {"PK"},
	"xlsx": {"PK"},
	"pptx": {"PK"},
	"doc":  nil,
	"rtf":  nil,
	"xls":  nil,
	"ppt":  nil,
	"wps":  nil,
	"et":   nil,
	"dps":  nil,
	"html": nil,
	"htm":  nil,
}

// uploadURL is POST /v3/files/file-upload-url: it announces a file and returns the URL for its bytes.
func (s *Server) uploadURL(w http.ResponseWriter, r *http.Request, body []byte) {
	f, err := s.announce(r, body)
	if err != nil {
		wire.Annotate(r, err.Error())
		answer(w, nil, err)
		return
	}
	answer(w, map[string]any{"fileId": f.ID, "fileUploadUrl": s.uploadAddress(r, f)}, nil)
}

func (s *Server) announce(r *http.Request, body []byte) (File, error) {
	in, err := fieldsOf(r, body)
	if err != nil {
		return File{}, err
	}
	f := &file{final: statusReady}
	f.MD5 = in.text("contentMd5", 1, 0)
	f.ContentType = in.oneOf("contentType", "application/octet-stream", "application/pdf")
	f.Name = in.text("fileName", 1, 0)
	f.Size = in.integer("fileSize")
	if in.flag("convertToPDF") {
		f.final = statusPDF
	}
	for _, name := range []string{"convertToHTML", "convertToOFD", "internalUrl"} {
		in.flag(name) // checked, but without effect here
	}
	in.text("dedicatedCloudId", 0, 0)
	if err := in.done(); err != nil {
		return File{}, err
	}
	if sum, err := base64.StdEncoding.DecodeString(f.MD5); err != nil || len(sum) != 16 {
		return File{}, parameter("contentMd5 不是文件 MD5 的 Base64")
	}
	if err := checkFileName(f.Name); err != nil {
		return File{}, err
	}
	if f.Size <= 0 || f.Size > maxFileBytes {
		return File{}, failure{codeFile, "文件大小必须大于 0 且不超过 50MB"}
	}
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails (crypto/rand)
	f.ID, f.CreatedAt = hex.EncodeToString(id[:]), s.cfg.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[f.ID] = f
	s.order = append(s.order, f.ID)
	return f.File, nil
}

func checkFileName(name string) error {
	if utf8.RuneCountInString(name) > maxFileName {
		return failure{codeFile, "文件名称不能超过 100 个字符"}
	}
	// Half and full width. Category So contains the emoji.
	if strings.ContainsAny(name, `/\:*"<>|?／＼：＊＂＜＞｜？“”`) || strings.ContainsFunc(name, func(r rune) bool {
		return unicode.IsControl(r) || r == utf8.RuneError || unicode.Is(unicode.So, r)
	}) {
		return failure{codeFileName, "文件名称含有不支持的字符"}
	}
	if _, known := extensions[extension(name)]; !known || strings.TrimSuffix(name, path.Ext(name)) == "" {
		return failure{codeFile, "文件名称缺少支持的扩展名"}
	}
	return nil
}

func extension(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
}

// contradicts reports whether the first bytes of a file differ from those of its extension.
func contradicts(name string, head []byte) bool {
	magic := extensions[extension(name)]
	for _, m := range magic {
		if strings.HasPrefix(string(head), m) {
			return false
		}
	}
	return len(magic) > 0
}

// fileStatus is GET /v3/files/{fileId} (pdf-sign3/qz4aip). fileDownloadUrl stays empty, because the bytes are not kept.
func (s *Server) fileStatus(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	f, ok := s.files[path.Base(r.URL.Path)]
	if !ok {
		s.mu.Unlock()
		answer(w, nil, failure{codeFileUnknown, "文件不存在"})
		return
	}
	if f.Status == statusUploading {
		if f.polls--; f.polls < 0 {
			f.Status = f.final
		}
	}
	out := f.File
	s.mu.Unlock()
	answer(w, map[string]any{
		"fileId":             out.ID,
		"fileName":           out.Name,
		"fileSize":           nil,
		"fileStatus":         out.Status,
		"fileDownloadUrl":    nil,
		"fileTotalPageCount": 1,
		"pageWidth":          nil,
		"pageHeight":         nil,
	}, nil)
}
