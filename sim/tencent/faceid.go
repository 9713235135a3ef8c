package tencent

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// results maps the documented values of Result to their Description
// (https://cloud.tencent.com/document/api/1007/39765).
var results = map[string]string{
	"0":   "认证通过",
	"-4":  "信息不一致",
	"-6":  "手机号码不合法",
	"-7":  "身份证号码有误",
	"-8":  "姓名校验不通过",
	"-9":  "没有记录",
	"-11": "验证中心服务繁忙",
	"-12": "认证次数超过当日限制，请次日重试",
	"-13": "该号段不支持验证",
}

// person is the owner of a mobile number in the carriers' registry.
type person struct{ name, number string }

// Register assigns a mobile number (11 digits) to a person. A later registration of the same number replaces it.
func (s *Server) Register(name, number, mobile string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people[mobile] = person{name, number}
}

// ReturnNext queues a documented Result for this ID number. The next check of the number returns it, whatever it asks.
func (s *Server) ReturnNext(number, result string) error {
	if _, ok := results[result]; !ok {
		return fmt.Errorf("tencent: %q is not a documented result", result)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next[number] = append(s.next[number], result)
	return nil
}

func (s *Server) takeNext(number string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	queue := s.next[number]
	if len(queue) == 0 {
		return "", false
	}
	s.next[number] = queue[1:]
	return queue[0], true
}

type phoneVerificationParams struct {
	IdCard         string
	Name           string
	Phone          string
	VerifyMode     string
	CiphertextBlob string
	EncryptList    []string
	Iv             string
}

// phoneVerification is PhoneVerification (https://cloud.tencent.com/document/api/1007/39765).
func (s *Server) phoneVerification(body []byte, call *Call) (map[string]any, *apiError) {
	var p phoneVerificationParams
	if refusal := decode(body, &p); refusal != nil {
		return nil, refusal
	}
	call.Name, call.IDNumber, call.Mobile = p.Name, p.IdCard, p.Phone
	switch {
	case p.IdCard == "" || p.Name == "" || p.Phone == "":
		return nil, refuse("MissingParameter", "IdCard, Name and Phone are required.")
	case p.VerifyMode != "" && p.VerifyMode != "0" && p.VerifyMode != "1":
		return nil, refuse("InvalidParameterValue", "VerifyMode must be 0 or 1.")
	case p.CiphertextBlob != "" || len(p.EncryptList) > 0 || p.Iv != "":
		return nil, refuse("FailedOperation.DecryptSystemError", "Encrypted fields are not simulated.")
	}
	result, detail := s.check(p)
	call.Code = result
	content := map[string]any{"Result": result, "Description": results[result], "Isp": "", "ResultDetail": ""}
	if (result == "0" || result == "-4") && phoneForm.MatchString(p.Phone) {
		content["Isp"] = carrier(p.Phone)
	}
	if result == "-4" && p.VerifyMode == "1" {
		content["ResultDetail"] = detail
	}
	return content, nil
}

// check returns Result and, for -4, ResultDetail.
func (s *Server) check(p phoneVerificationParams) (result, detail string) {
	if r, ok := s.takeNext(p.IdCard); ok {
		return r, "OtherMismatch"
	}
	switch {
	case !phoneForm.MatchString(p.Phone):
		return "-6", ""
	case !validNumber(p.IdCard):
		return "-7", ""
	case !validName(p.Name):
		return "-8", ""
	}
	s.mu.Lock()
	known, ok := s.people[p.Phone]
	s.mu.Unlock()
	switch {
	case !ok:
		return "-9", ""
	case known.name == p.Name && known.number == p.IdCard:
		return "0", ""
	case known.name == p.Name:
		return "-4", "PhoneIdCardMismatch"
	case known.number == p.IdCard:
		return "-4", "PhoneNameMismatch"
	}
	return "-4", "PhoneNameIdCardMismatch"
}

var (
	phoneForm  = regexp.MustCompile(`^1[3-9][0-9]{9}$`)
	numberForm = regexp.MustCompile(`^[0-9]{17}[0-9X]$`)
)

// validNumber checks form and check digit of an ID number (GB 11643).
func validNumber(number string) bool {
	if !numberForm.MatchString(number) {
		return false
	}
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += weight * int(number[i]-'0')
	}
	return "10X98765432"[sum%11] == number[17]
}

// validName accepts Chinese characters with the dots of transliterated names.
func validName(name string) bool {
	if n := utf8.RuneCountInString(name); n < 2 || n > 50 {
		return false
	}
	return strings.IndexFunc(name, func(r rune) bool { return !unicode.Is(unicode.Han, r) && r != '·' && r != '•' }) < 0
}

// carrier guesses the carrier by prefix, which is enough for fictional numbers.
func carrier(mobile string) string {
	switch mobile[:3] {
	case "130", "131", "132", "145", "155", "156", "166", "175", "176", "185", "186", "196":
		return "联通"
	case "133", "149", "153", "173", "177", "180", "181", "189", "190", "191", "193", "199":
		return "电信"
	}
	return "移动"
}
