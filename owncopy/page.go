package owncopy

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"strings"

	"shiming/cards"
)

//go:embed page.html
var pageFile string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"label":   label,
	"code":    bilingual,
	"picture": picture,
}).Parse(pageFile))

// Page returns the copy as one HTML file without any other resource or script, in Chinese and English.
func (c Copy) Page() ([]byte, error) {
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, c); err != nil {
		return nil, fmt.Errorf("owncopy: page: %w", err)
	}
	return b.Bytes(), nil
}

// bilingual is the text of a code in both languages.
func bilingual(family, code string) string {
	if code == "" {
		return ""
	}
	zh, en := cards.CodeText(family, code, "zh"), cards.CodeText(family, code, "en")
	if zh == en {
		return zh
	}
	return zh + " / " + en
}

// picture is a JPEG as the address of an image.
func picture(jpeg []byte) template.URL {
	return template.URL("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(jpeg))
}

// labels names the keys of Field.
var labels = map[string]string{
	"name": "姓名 / Name", "number": "证件号码 / Number", "mobile": "手机号 / Mobile",
	"directory_name": "飞书通讯录姓名 / Name in Feishu's directory", "directory_mobile": "飞书通讯录手机号 / Mobile in Feishu's directory",
	"code_mobile": "收验证码的手机号 / Mobile that got the code", "sms_code": "验证码 / SMS code",
	"bank_card": "银行卡号 / Bank card", "bank": "开户行 / Bank", "read_ip": "看协议时的网络地址 / Address at the reading of the agreements",
	"document": "证件类型 / Kind of document", "hr_note": "HR 给你的话 / HR's words to you",
	"hr_note_before": "HR 上一次给你的话 / HR's former words to you",
	"bound_value":    "和飞书已绑定的不一致的值 / Value of which Feishu has another",
	"asked_name":     "退回时的姓名 / Name when sent back", "asked_number": "退回时的号码 / Number when sent back",
	"asked_mobile": "退回时的手机号 / Mobile when sent back", "asked_note": "退回时 HR 的话 / HR's words when sent back",
	"check": "核验 / Check", "face_similarity": "人脸相似度 / Similarity of the face", "face_liveness": "活体检测 / Liveness",
}

// readLabels names the values that the OCR has read.
var readLabels = map[string]string{
	"name": "姓名 / Name", "number": "号码 / Number", "gender": "性别 / Gender", "race": "民族 / Ethnicity", "birth": "出生 / Birth",
	"address": "住址 / Address", "issued_by": "签发机关 / Authority", "valid_from": "有效期起 / Valid from",
	"valid_to": "有效期止 / Valid to", "long_term": "长期有效 / No end of validity", "kind": "类型 / Kind", "expiry": "有效期止 / Expiry",
}

// label names a value for people; a key that nobody has named stands as it is.
func label(key string) string {
	if of, part, ok := strings.Cut(key, "."); ok {
		name := readLabels[part]
		if name == "" {
			name = part
		}
		return name + map[string]string{
			"read_front":    "（人像面识别 / read from the front）",
			"read_back":     "（国徽面识别 / read from the back）",
			"document_read": "（证件识别 / read from the document）",
		}[of]
	}
	if name := labels[key]; name != "" {
		return name
	}
	return key
}
