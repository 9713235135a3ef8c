package feishu

// Kinds of documents that the platform reads beside ID cards: key of the answer, and part of path and scope.
const (
	DocumentHKMPermit = "hkm_mainland_travel_permit"
	DocumentTWPermit  = "tw_mainland_travel_permit"
	DocumentPassport  = "chinese_passport"
)

// documentRoute is the OCR of one kind of document (识别文件中的港澳居民来往内地通行证, …台湾居民来往大陆通行证, …中国护照).
func documentRoute(key string) route {
	return route{
		method:    "POST",
		path:      "/document_ai/v1/" + key + "/recognize",
		op:        key + ".recognize",
		unlimited: true,
		scopes:    []string{"document_ai:" + key + ":recognize"},
		handle: func(s *Server, c *call) (any, *apiError) {
			return s.ocr(c, key, func(img []byte) (any, *apiError) { return s.readDocument(key, img) })
		},
	}
}

// readDocument answers without side and corners, which these APIs do not have.
func (s *Server) readDocument(key string, img []byte) (any, *apiError) {
	if s.cfg.ReadDocument == nil {
		return nil, ocrRefusal(2110002)
	}
	entities, code := s.cfg.ReadDocument(key, img)
	if code != 0 {
		return nil, ocrRefusal(code)
	}
	if entities == nil {
		entities = []Entity{}
	}
	return map[string]any{key: map[string]any{"entities": entities}}, nil
}
