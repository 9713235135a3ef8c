package tencent

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	"image/jpeg"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Lives of a flow and of its result (https://cloud.tencent.com/document/api/1007/31816, …/41957).
const (
	faceFlowLife   = 2 * time.Hour
	faceResultLife = 72 * time.Hour
)

// faceCodes maps the values of ErrCode that the simulated page can end with to their ErrMsg
// (https://cloud.tencent.com/document/product/1007/31082).
var faceCodes = map[int]string{
	0: "成功", 1: "系统参数错误", 2: "系统参数错误", 3: "系统参数错误", 4: "系统繁忙", 7: "服务异常", 8: "服务异常",
	10: "服务异常", 12: "服务异常", 13: "服务异常", 14: "已完成核身", 15: "BizToken 已过期", 16: "验证次数达到上限",
	17: "未完成核身", 18: "操作过于频繁", 19: "超过有效期", 201: "获取照片失败", 202: "获取视频失败", 203: "接口未授权",
	204: "账号未授权", 301: "身份证与传入的不一致", 302: "身份证已过期", 303: "身份证识别失败",
	1001: "引擎超时", 1002: "疑似非真人录制", 1003: "人脸检测失败", 1004: "人脸检测失败", 1005: "人脸检测失败",
	1006: "照片库异常", 1007: "活体结果缺失", 1008: "网络不稳定", 1101: "未检测到声音", 1102: "脸部未完整露出",
	1103: "声音识别失败", 1104: "视频格式有误", 1105: "视频拉取失败", 1106: "视频未检测到声音", 1107: "视频中未检测到人脸",
	1108: "唇动检测失败", 1109: "读数未通过", 1201: "光线太暗", 1202: "光线太强", 1203: "人脸太近", 1204: "人脸太远",
	1205: "未检测到人脸", 1301: "非真人", 1302: "静默活体失败", 1303: "视频小于两秒", 2001: "比对超时", 2002: "姓名有误",
	2003: "身份证号有误", 2004: "截图不合格", 2005: "库中无此号", 2006: "姓名与身份证号不匹配", 2007: "库中无照片",
	2008: "库中照片质量低", 2009: "库中照片质量低", 2010: "人脸不完整", 2011: "疑似非本人", 2012: "检测到多张人脸",
	2013: "人脸不完整", 2014: "像素太低", 2015: "比对未通过", 2016: "相似度未达到阈值", 2017: "权威库升级中", 2018: "操作过于频繁",
}

// FaceCodes returns the values of ErrCode that ReturnNextFace takes, in their order.
func FaceCodes() []int { return slices.Sorted(maps.Keys(faceCodes)) }

// faceFlow is one flow, from DetectAuth to its result.
type faceFlow struct {
	token, name, number, extra, redirect string

	begun    time.Time
	finished time.Time // zero until the person has gone through the page
	tries    int
	code     int
	live     int // LiveStatus
	compared int // Comparestatus
	sim      string
	fetched  bool // the result was handed out
}

// RegisterFace puts a person into the source of photos by which faces are compared.
func (s *Server) RegisterFace(name, number string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faces[number] = name
}

// ReturnNextFace queues a documented ErrCode for this ID number: the next flow that its person goes through ends with
// it.
func (s *Server) ReturnNextFace(number string, code int) error {
	if _, ok := faceCodes[code]; !ok {
		return fmt.Errorf("tencent: %d is not a documented ErrCode", code)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nextFace[number] = append(s.nextFace[number], code)
	return nil
}

// FaceTokens returns the tokens of the flows for an ID number, in the order in which they were begun.
func (s *Server) FaceTokens(number string) (tokens []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, token := range s.flowOrder {
		if s.flows[token].number == number {
			tokens = append(tokens, token)
		}
	}
	return tokens
}

// FaceRedirect returns the address to which a flow returns; "" without one.
func (s *Server) FaceRedirect(token string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.flows[token]; f != nil {
		return f.redirect
	}
	return ""
}

// FacePicture returns the best frame that the result of a person's flow holds.
func FacePicture(number string) []byte {
	h := fnv.New32a()
	_, _ = h.Write([]byte(number))
	tint := h.Sum32()
	const width, height = 240, 320
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.RGBA{uint8(tint), uint8(tint>>8) / 2, uint8(y / 2), 255}
			if dx, dy := x-width/2, y-height/2; dx*dx*4+dy*dy*2 < width*width { // an oval in the middle
				c = color.RGBA{220, 180, 150 + uint8(tint>>16)/4, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 80}); err != nil {
		panic(err) // a picture in memory always encodes
	}
	return b.Bytes()
}

type detectAuthParams struct {
	RuleId, TerminalType, IdCard, Name, RedirectUrl, Extra, ImageBase64, IntentionVerifyText string

	IntentionQuestions, IntentionActions []map[string]any
	Encryption, Config                   map[string]any
}

// detectAuth is DetectAuth (https://cloud.tencent.com/document/api/1007/31816). The account's one rule compares with
// the source of photos and has no scan of the card, so that name and number are required.
func (s *Server) detectAuth(body []byte, call *Call) (map[string]any, *apiError) {
	var p detectAuthParams
	if refusal := decode(body, &p); refusal != nil {
		return nil, refusal
	}
	call.Name, call.IDNumber = p.Name, p.IdCard
	switch {
	case p.RuleId == "":
		return nil, refuse("MissingParameter", "RuleId is required.")
	case p.RuleId != s.cfg.FaceRuleID:
		return nil, refuse("InvalidParameterValue.RuleIdNotExist", "The RuleId does not exist.")
	case p.TerminalType != "" || p.ImageBase64 != "" || p.IntentionVerifyText != "" || len(p.IntentionQuestions) > 0 ||
		len(p.IntentionActions) > 0 || p.Config != nil:
		return nil, refuse("InvalidParameterValue", "The rule has no use for this parameter.")
	case p.Encryption != nil:
		return nil, refuse("FailedOperation.DecryptSystemError", "Encrypted fields are not simulated.")
	case p.Name == "" || p.IdCard == "":
		return nil, refuse("MissingParameter", "Name and IdCard are required by the rule.")
	case utf8.RuneCountInString(p.Name) > 32 || utf8.RuneCountInString(p.IdCard) > 32 ||
		utf8.RuneCountInString(p.RedirectUrl) > 1024 || utf8.RuneCountInString(p.Extra) > 1024:
		return nil, refuse("InvalidParameterValue", "A parameter is too long.")
	case p.RedirectUrl != "" && !strings.HasPrefix(p.RedirectUrl, "http://") &&
		!strings.HasPrefix(p.RedirectUrl, "https://"):
		return nil, refuse("InvalidParameterValue", "RedirectUrl must begin with http:// or https://.")
	}
	f := &faceFlow{
		token:    uuid.NewString(),
		name:     p.Name,
		number:   p.IdCard,
		extra:    p.Extra,
		redirect: p.RedirectUrl,
		begun:    s.cfg.Now(),
	}
	s.mu.Lock()
	s.flows[f.token], s.flowOrder = f, append(s.flowOrder, f.token)
	s.mu.Unlock()
	call.Code, call.BizToken = "Ok", f.token
	return map[string]any{
		"Url":      "http://" + call.host + FacePage + "?" + url.Values{"BizToken": {f.token}, "RuleId": {p.RuleId}}.Encode(),
		"BizToken": f.token,
	}, nil
}

type detectInfoParams struct {
	BizToken, RuleId, InfoType           string
	BestFramesCount                      *int64
	IsCutIdCardImage, IsNeedIdCardAvatar *bool
	IsEncrypt, IsEncryptResponse         *bool
	Encryption                           map[string]any
}

// detectInfo is GetDetectInfoEnhanced (https://cloud.tencent.com/document/api/1007/41957). A finished result is handed
// out once. Before, every field is null.
func (s *Server) detectInfo(body []byte, call *Call) (map[string]any, *apiError) {
	var p detectInfoParams
	if refusal := decode(body, &p); refusal != nil {
		return nil, refusal
	}
	call.BizToken = p.BizToken
	switch {
	case p.BizToken == "" || p.RuleId == "":
		return nil, refuse("MissingParameter", "BizToken and RuleId are required.")
	case p.RuleId != s.cfg.FaceRuleID:
		return nil, refuse("InvalidParameterValue.RuleIdNotExist", "The RuleId does not exist.")
	case strings.Trim(p.InfoType, "0123") != "":
		return nil, refuse("InvalidParameterValue", "InfoType knows 0, 1, 2 and 3.")
	case p.BestFramesCount != nil && (*p.BestFramesCount < 0 || *p.BestFramesCount > 10):
		return nil, refuse("InvalidParameterValue", "BestFramesCount must lie between 0 and 10.")
	case p.Encryption != nil:
		return nil, refuse("FailedOperation.EncryptSystemError", "Encrypted answers are not simulated.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.flows[p.BizToken]
	now := s.cfg.Now()
	switch {
	case f == nil || f.fetched:
		return nil, refuse("InvalidParameterValue.BizTokenIllegal", "The BizToken is not valid.")
	case now.Sub(f.begun) > faceResultLife:
		return nil, refuse("InvalidParameterValue.BizTokenExpired", "The BizToken has expired.")
	}
	call.Name, call.IDNumber = f.name, f.number
	if f.finished.IsZero() && now.Sub(f.begun) > faceFlowLife {
		f.end(now, 15)
	}
	content := map[string]any{"Text": nil, "BestFrame": nil, "IdCardData": nil, "VideoData": nil, "Encryption": nil,
		"IntentionVerifyData": nil, "IntentionQuestionResult": nil}
	if f.finished.IsZero() {
		call.Code = "pending"
		content["Text"] = map[string]any{"ErrCode": nil, "ErrMsg": nil, "Extra": f.extra, "LivenessDetail": nil}
		return content, nil
	}
	f.fetched = f.code != 14 && f.code != 17 // of these two the result is still to come
	call.Code = strconv.Itoa(f.code)
	wants := func(part string) bool { return p.InfoType == "" || strings.ContainsAny(p.InfoType, "0"+part) }
	if wants("1") {
		content["Text"] = f.text()
	}
	if wants("3") && f.tries > 0 {
		frame := base64.StdEncoding.EncodeToString(FacePicture(f.number))
		content["BestFrame"] = map[string]any{"BestFrame": frame, "BestFrames": nil}
	}
	return content, nil
}

// end finishes a flow.
func (f *faceFlow) end(at time.Time, code int) {
	f.finished, f.code, f.sim = at, code, "0.00"
	switch {
	case code == 0:
		f.sim = "92.31"
	case code >= 1000 && code < 2000:
		f.live = code
	case code >= 2000:
		f.compared = code
		if code == 2016 {
			f.sim = "58.40"
		}
	}
}

// text is the part Text of a result. The spelling differs between the whole and the tries, as it does at the vendor's.
func (f *faceFlow) text() map[string]any {
	at := strconv.FormatInt(f.finished.UnixMilli(), 10)
	tries := []map[string]any{}
	if f.tries > 0 {
		tries = append(tries, map[string]any{
			"ReqTime": at, "Seq": uuid.NewString(), "Idcard": f.number, "Name": f.name, "Sim": f.sim,
			"IsNeedCharge": f.code == 0 || f.code == 1002 || f.code == 2006 || f.code == 2016,
			"Errcode":      f.code, "Errmsg": faceCodes[f.code], "Livestatus": f.live, "Livemsg": faceCodes[f.live],
			"Comparestatus": f.compared, "Comparemsg": faceCodes[f.compared], "CompareLibType": "权威库", "LivenessMode": 4,
		})
	}
	return map[string]any{
		"ErrCode": f.code, "ErrMsg": faceCodes[f.code], "IdCard": f.number, "Name": f.name, "UseIDType": 0,
		"OcrNation": nil, "OcrAddress": nil, "OcrBirth": nil, "OcrAuthority": nil, "OcrValidDate": nil, "OcrName": nil,
		"OcrIdCard": nil, "OcrGender": nil, "IdInfoFrom": "其他", "LiveStatus": f.live, "LiveMsg": faceCodes[f.live],
		"Comparestatus": f.compared, "Comparemsg": faceCodes[f.compared], "Sim": f.sim, "Location": nil, "Extra": f.extra,
		"LivenessDetail": tries, "Mobile": "", "CompareLibType": "权威库", "LivenessMode": 4, "NFCRequestIds": nil,
		"NFCBillingCounts": 0, "PassNo": "", "VisaNum": "", "LivenessInfoTag": []string{},
	}
}
