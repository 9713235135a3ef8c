package feishu

import (
	"bytes"
	"encoding/json"
	"image"
	_ "image/gif" // dimensions of uploaded pictures
	_ "image/jpeg"
	_ "image/png"
	"net/http"
	"strings"
)

// resource is a picture or file on the platform. data is shared with the code that passed it in and must not be
// changed.
type resource struct {
	key  string
	kind string // "image" or "file"
	name string
	data []byte
	own  bool   // uploaded by the bot, not sent by a person
	sort string // file_type of an upload, e.g. stream or mp4
}

func (s *Server) keep(kind, name string, data []byte, own bool) *resource {
	key := "img_v3_"
	if kind == "file" {
		key = "file_v3_"
	}
	r := &resource{
		key:  newID(key),
		kind: kind,
		name: name,
		data: data,
		own:  own,
	}
	s.resources[r.key] = r
	return r
}

func (s *Server) ownResource(key, kind string) bool {
	r := s.resources[key]
	return r != nil && r.own && r.kind == kind
}

// Resource returns the content of an image_key or file_key. The bytes must not be changed.
func (s *Server) Resource(key string) (name string, data []byte, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.resources[key]
	if r == nil {
		return "", nil, false
	}
	return r.name, r.data, true
}

// getResource is 获取消息中的资源文件. type=image serves pictures of image and post messages, type=file other files.
func (s *Server) getResource(c *call) (any, *apiError) {
	kind := c.query("type")
	if kind != "image" && kind != "file" {
		return nil, refuse(400, 234001, "Invalid request param. ext=type must be image or file")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.messages[c.params["message_id"]]
	switch {
	case m == nil:
		return nil, refuse(400, 234001, "Invalid request param. ext=invalid message_id")
	case m.Recalled:
		return nil, refuse(400, 230110, "Action unavailable as the message has been deleted.")
	case !m.chat.botIn:
		return nil, refuse(400, 234004, "The app is not in the chat.")
	case m.Type == "interactive" || m.Type == "merge_forward":
		return nil, refuse(400, 234043, "Unsupported message type.")
	}
	for _, k := range m.keys {
		r := s.resources[k]
		if k == c.params["file_key"] && r != nil && r.kind == kind {
			if len(r.data) > 100<<20 {
				return nil, refuse(400, 234037, "Downloaded file size exceeds limit.")
			}
			return binary{http.DetectContentType(r.data), r.name, r.data}, nil
		}
	}
	return nil, refuse(400, 234003, "File not in msg.")
}

// createImage is 上传图片. image_type is message or avatar; at most 10 MB; 12000×12000 pixels, GIF 2000×2000.
func (s *Server) createImage(c *call) (any, *apiError) {
	const limit = 10 << 20
	up, err := c.decodeUpload("image", limit)
	if err != nil || !up.found {
		return nil, refuse(400, 234001, "Invalid request param. ext=image is required")
	}
	if t := up.fields["image_type"]; t != "message" && t != "avatar" {
		return nil, refuse(400, 234001, "Invalid request param. ext=invalid image_type")
	}
	switch {
	case len(up.file) == 0:
		return nil, refuse(400, 234010, "File's size can't be 0.")
	case len(up.file) > limit:
		return nil, refuse(400, 234006, "The file size exceed the max value.")
	case !isPicture(up.file):
		return nil, refuse(400, 234011, "Can't recognize the image format.")
	}
	if dim, format, err := image.DecodeConfig(bytes.NewReader(up.file)); err == nil {
		side := 12000
		if format == "gif" {
			side = 2000
		}
		if dim.Width > side || dim.Height > side {
			return nil, refuse(400, 234039, "The image resolution exceeds the limit.")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.behaviour.BotOff {
		return nil, refuse(400, 234007, "App does not enable bot feature.")
	}
	return map[string]any{"image_key": s.keep("image", up.name, up.file, true).key}, nil
}

// isPicture accepts the upload formats: JPG, PNG, WEBP, GIF, BMP, ICO, TIFF, HEIC.
func isPicture(b []byte) bool {
	if strings.HasPrefix(http.DetectContentType(b), "image/") {
		return true
	}
	tiff := bytes.HasPrefix(b, []byte("II*\x00")) || bytes.HasPrefix(b, []byte("MM\x00*"))
	return tiff || len(b) > 12 && string(b[4:8]) == "ftyp" && (string(b[8:11]) == "hei" || string(b[8:12]) == "mif1")
}

// getImage is 下载图片. It serves only uploads of the bot (234008); pictures of people need the message resource API.
func (s *Server) getImage(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := c.params["image_key"]
	if !s.ownResource(key, "image") {
		return nil, refuse(400, 234008, "The app is not the resource sender.")
	}
	r := s.resources[key]
	return binary{http.DetectContentType(r.data), r.name, r.data}, nil
}

// createFile is 上传文件. At most 30 MB.
func (s *Server) createFile(c *call) (any, *apiError) {
	const limit = 30 << 20
	up, err := c.decodeUpload("file", limit)
	if err != nil || !up.found {
		return nil, refuse(400, 234001, "Invalid request param. ext=file is required")
	}
	switch up.fields["file_type"] {
	case "opus", "mp4", "pdf", "doc", "xls", "ppt", "stream":
	default:
		return nil, refuse(400, 234001, "Invalid request param. ext=invalid file_type")
	}
	switch name := up.fields["file_name"]; {
	case name == "":
		return nil, refuse(400, 234001, "Invalid request param. ext=file_name is required")
	case len(up.file) == 0:
		return nil, refuse(400, 234010, "File's size can't be 0.")
	case len(up.file) > limit:
		return nil, refuse(400, 234006, "The file size exceed the max value.")
	default:
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.behaviour.BotOff {
			return nil, refuse(400, 234007, "App does not enable bot feature.")
		}
		r := s.keep("file", name, up.file, true)
		r.sort = up.fields["file_type"]
		return map[string]any{"file_key": r.key}, nil
	}
}

// fileContent returns the content of a file message as the platform hands it out, with the name of the upload.
func (s *Server) fileContent(key string) string {
	content, err := json.Marshal(map[string]string{"file_key": key, "file_name": s.resources[key].name})
	if err != nil {
		panic(err) // a map of strings always encodes
	}
	return string(content)
}
