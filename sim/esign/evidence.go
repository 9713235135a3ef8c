package esign

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/netip"
	"regexp"
	"strconv"

	"shiming/sim/wire"
)

const (
	secondLayout = "2006-01-02 15:04:05"
	dayLayout    = "20060102" // the only sample of verifyTime
)

var (
	mobileForm = regexp.MustCompile(`^1[3-9]\d{9}$`)
	codeForm   = regexp.MustCompile(`^\d{4,8}$`)
	cardForm   = regexp.MustCompile(`^\d{12,19}$`)
	scoreForm  = regexp.MustCompile(`^\d+(\.\d+)?$`)
	millis     = regexp.MustCompile(`^(\d{13}|"\d{13}")$`) // the page says long, its own sample is a string
)

// methods lists the methods of real-name verification and the object that each one requires.
var methods = []struct{ name, object string }{
	{"THREEELEMENTS", "threeElements"}, {"BANKCARDFOUR", "bankCardFour"}, {"FACE", "face"},
}

var cardTypes = []string{
	"CRED_PSN_CH_IDCARD", "CRED_PSN_CH_HONGKONG", "CRED_PSN_CH_MACAO", "CRED_PSN_CH_TWCARD",
	"CRED_PSN_PASSPORT", "CRED_PSN_FOREIGN", "CRED_PSN_OTHER",
}

// personPoint is POST /v3/evidence/evi-point/psn-realname (evidence_3/gftptngu8s79lgg6).
func (s *Server) personPoint(w http.ResponseWriter, r *http.Request, body []byte) {
	in, err := fieldsOf(r, body)
	if err == nil {
		var p Point
		if p, err = s.evidence(in); err == nil {
			wire.About(r, p.CustomBizID)
			answer(w, map[string]any{"eviPointId": s.file(p)}, nil)
			return
		}
	}
	wire.Annotate(r, err.Error())
	answer(w, nil, err)
}

// evidence validates the request.
func (s *Server) evidence(in *fields) (Point, error) {
	var p Point
	p.EviName = in.text("eviName", 1, 64)
	p.CustomBizID = in.text("customBizId", 0, 36)
	p.Method = in.oneOf("realNameMethod", "THREEELEMENTS", "BANKCARDFOUR", "FACE")
	if s.cfg.Revision == Revision202510 {
		p.Agreement = agreement(in)
		p.TimeStamp = in.date("timeStamp", secondLayout)
	} else {
		p.TimeStamp = timeStamp(in)
	}
	p.Name = in.text("name", 1, 0)
	p.CardNo = in.text("cardNo", 1, 0)
	p.CardType = in.oneOf("cardType", cardTypes...)
	if in.err == nil && p.CardType == "CRED_PSN_CH_IDCARD" && !validNumber(p.CardNo) {
		in.fail("cardNo", "格式错误")
	}
	p.CardPortrait = s.fileField(in, "cardPortrait")
	p.CardNationalEmblem = s.fileField(in, "cardNationalEmblem")
	p.Mark = in.text("mark", 0, 0)
	for _, m := range methods {
		sub, ok := in.object(m.object)
		switch {
		case ok && m.name != p.Method:
			in.fail(m.object, "与 realNameMethod 不一致")
		case !ok && m.name == p.Method:
			in.fail(m.object, "不能为空")
		case ok:
			if p.Detail = s.detail(sub, m.name); in.err == nil {
				in.err = sub.done()
			}
		}
	}
	return p, in.done()
}

// timeStamp reads the completion time of Revision2024: milliseconds, as a number or as a string of digits.
func timeStamp(in *fields) string {
	raw, ok := in.raw("timeStamp")
	if !ok {
		in.fail("timeStamp", "不能为空")
		return ""
	}
	if !millis.Match(raw) {
		in.fail("timeStamp", "必须是毫秒级时间戳")
		return ""
	}
	ms, err := strconv.Unquote(string(raw))
	if err != nil {
		ms = string(raw)
	}
	return ms
}

// agreement reads the six fields of the certificate agreement (Revision202510).
func agreement(in *fields) Agreement {
	a := Agreement{
		Title:   in.text("certAgreementReadTitle", 1, 0),
		Version: in.text("certAgreementReadVersion", 1, 0),
		Hash:    in.text("certAgreementReadHash", 1, 0),
		Time:    in.date("certAgreementReadTime", secondLayout),
		Type:    in.oneOf("certAgreementReadType", "CHECK", "CLICK"),
		IP:      in.text("certAgreementReadIP", 1, 0),
	}
	if in.err == nil && !isSHA256(a.Hash) {
		in.fail("certAgreementReadHash", "不是 SHA-256")
	}
	if _, err := netip.ParseAddr(a.IP); in.err == nil && err != nil {
		in.fail("certAgreementReadIP", "不是 IP 地址")
	}
	return a
}

// isSHA256 accepts hexadecimal and Base64, because the page names no encoding.
func isSHA256(s string) bool {
	if b, err := hex.DecodeString(s); err == nil && len(b) == 32 {
		return true
	}
	b, err := base64.StdEncoding.DecodeString(s)
	return err == nil && len(b) == 32
}

// detail reads the object of a method; every field in it is required.
func (s *Server) detail(in *fields, method string) map[string]string {
	d := map[string]string{
		"infoVerifySupplier": in.text("infoVerifySupplier", 1, 0),
		"verifyTime":         in.date("verifyTime", dayLayout, secondLayout),
		"verifySerialNumber": in.text("verifySerialNumber", 1, 0),
	}
	switch method {
	case "BANKCARDFOUR":
		d["openingBank"] = in.text("openingBank", 1, 0)
		d["bankCard"] = in.match("bankCard", cardForm)
		fallthrough
	case "THREEELEMENTS":
		d["mobile"] = in.match("mobile", mobileForm)
		d["smsCode"] = in.match("smsCode", codeForm)
		d["smsSupplier"] = in.text("smsSupplier", 1, 0)
	case "FACE":
		d["faceImage"] = s.fileField(in, "faceImage")
		d["faceImageSimilarScore"] = in.match("faceImageSimilarScore", scoreForm)
		d["faceLiveDetectScore"] = in.match("faceLiveDetectScore", scoreForm)
	}
	return d
}

// fileField reads the id of a file that was uploaded and is ready.
func (s *Server) fileField(in *fields, name string) string {
	id := in.text(name, 1, 0)
	if in.err != nil {
		return id
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch f, ok := s.files[id]; {
	case !ok:
		in.fail(name, "文件不存在")
	case f.Status != statusReady:
		in.fail(name, "文件未上传完成，状态 "+strconv.Itoa(f.Status))
	}
	return id
}

// validNumber checks the 18 characters of a resident ID number (GB 11643): the weighted sum, with the check digit, is 1
// modulo 11.
func validNumber(code string) bool {
	if len(code) != 18 {
		return false
	}
	sum, weight := 0, 1
	for i := 17; i >= 0; i-- {
		d := int(code[i] - '0')
		if i == 17 && code[i] == 'X' {
			d = 10
		} else if code[i] < '0' || code[i] > '9' {
			return false
		}
		sum += d * weight
		weight = weight * 2 % 11
	}
	return sum%11 == 1
}
