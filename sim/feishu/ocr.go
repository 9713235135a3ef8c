package feishu

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"shiming/sim/wire"
)

// Entity is one field that the OCR read, in the platform's terms: Type is identity_name, identity_code, address,
// gender, race, birth, issued_by, valid_date_start or valid_date_end. String, GoString and LogValue return the type
// only.
type Entity struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

func (e Entity) String() string       { return "Entity(" + e.Type + ")" }
func (e Entity) GoString() string     { return e.String() }
func (e Entity) LogValue() slog.Value { return slog.StringValue(e.String()) }

// OCRCall is one request to the OCR of ID cards or documents with a valid token and scope, admitted or not.
type OCRCall struct {
	At      time.Time
	Key     string // id_card, or one of the Document keys
	Refused bool   // over the limit: HTTP 429, 99991400
	Code    int    // platform code of the answer, 0 = success
	Size    int    // bytes of the picture; 0 for refused calls, whose picture is not read
	SHA256  string // of the picture, hex
}

// maxPhoto is the size from which the OCR refuses a picture ("smaller than 10M").
const maxPhoto = 10 << 20

// recognize is 识别文件中的身份证 (document_ai/v1).
func (s *Server) recognize(c *call) (any, *apiError) { return s.ocr(c, "id_card", s.readCard) }

// ocr admits a call of an OCR and reads its picture. 10 calls per second and tenant, in a sliding window at arrival.
// It is not published whether the APIs count together; here they do, which is the stricter reading.
func (s *Server) ocr(c *call, key string, read func(img []byte) (any, *apiError)) (any, *apiError) {
	s.mu.Lock()
	now := s.cfg.Now() // under the lock, so that calls are in the order of their times
	s.ocrWindow.prune(now, time.Second)
	wait, ok := s.ocrWindow.take(now, time.Second, s.cfg.OCRPerSecond)
	idx := len(s.ocrCalls)
	s.ocrCalls = append(s.ocrCalls, OCRCall{At: now, Key: key, Refused: !ok})
	if !ok {
		s.ocrCalls[idx].Code = 99991400
	}
	s.mu.Unlock()
	if !ok {
		return nil, rateLimited(s.cfg.OCRPerSecond, wait)
	}

	up, err := c.decodeUpload("file", maxPhoto)
	var data any
	var refusal *apiError
	if err != nil || !up.found || !readable(up.file) {
		refusal = ocrRefusal(2110001)
	} else {
		data, refusal = s.withQuota(up.file, read)
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	sum := sha256.Sum256(up.file)
	rec := &s.ocrCalls[idx]
	rec.Size, rec.SHA256 = len(up.file), hex.EncodeToString(sum[:])
	wire.About(c.r, rec.SHA256)
	if refusal != nil {
		rec.Code = refusal.code
	}
	return data, refusal
}

// withQuota reads a picture, unless the bought quota is used up.
func (s *Server) withQuota(img []byte, read func(img []byte) (any, *apiError)) (any, *apiError) {
	s.mu.Lock()
	spent := s.ocrLeft == 0
	if s.ocrLeft > 0 {
		s.ocrLeft--
	}
	s.mu.Unlock()
	if spent {
		return nil, ocrRefusal(2110003)
	}
	return read(img)
}

func (s *Server) readCard(img []byte) (any, *apiError) {
	if s.cfg.ReadIDCard == nil {
		return nil, ocrRefusal(2110002)
	}
	entities, side, corners, code := s.cfg.ReadIDCard(img)
	if code != 0 {
		return nil, ocrRefusal(code)
	}
	if entities == nil {
		entities = []Entity{}
	}
	if corners == nil {
		corners = []int{}
	}
	return map[string]any{"id_card": map[string]any{"entities": entities, "side": side, "conners": corners}}, nil
}

// readable reports whether the OCR accepts the file: JPG, PNG or BMP, not empty, below 10 MB.
func readable(b []byte) bool {
	if len(b) == 0 || len(b) >= maxPhoto {
		return false
	}
	switch http.DetectContentType(b) {
	case "image/jpeg", "image/png":
		return true
	}
	return bytes.HasPrefix(b, []byte("BM"))
}

func ocrRefusal(code int) *apiError {
	switch code {
	case 2110002:
		return refuse(400, code, "no valid entity")
	case 2110003:
		return refuse(400, code, "You have reached the Intelligent document parsing limit. "+
			"To continue using this function, please contact sales to purchase more.")
	case 2110010:
		return refuse(500, code, "internal error, please try later")
	default:
		return refuse(400, code, "param is invalid")
	}
}

// OCRQuota sets how many pictures the OCR still reads before 2110003; negative = no limit.
func (s *Server) OCRQuota(left int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ocrLeft = left
}

// OCRCalls returns all calls of the OCR so far, in the order of arrival.
func (s *Server) OCRCalls() []OCRCall {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.ocrCalls)
}
