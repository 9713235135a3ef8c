package playground

import (
	"strings"
	"testing"

	"shiming/sim/specimen"
	"shiming/sim/wire"
)

func TestMaskBodies(t *testing.T) {
	p := specimen.Person{
		Name:    "张三丰",
		Code:    "899213199011251313",
		Mobile:  "16000106565",
		Address: "样本省演示市甲字区示范路1号",
	}
	var m masker
	m.addPerson(p)
	m.addCode("482913")
	form := `{"identity_name":"李四","sms_code":"771100","mobile":"16000100001"}`
	m.learnForm([]byte(`{"event":{"action":{"form_value":` + form + `}}}`))
	jpeg := "\xff\xd8\xff\xe0\x00\x10JFIF\x00" + strings.Repeat("x", 2000)
	upload := "--b\r\nContent-Disposition: form-data; name=\"image_type\"\r\n\r\nmessage\r\n" +
		"--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.jpg\"\r\n\r\n" + jpeg
	for _, test := range []struct{ name, kind, body, want string }{
		{"identity", "application/json",
			`{"identity_name":"张三丰","identity_code":"899213199011251313","mobile":"+8616000106565"}`,
			`{"identity_code":"899***********1313","identity_name":"张**","mobile":"+86160****6565"}`},
		{"ocr", "application/json", `{"entities":[{"type":"identity_name","value":"王五"},` +
			`{"type":"address","value":"样本省样例市"},{"type":"birth","value":"1990年1月1日"}]}`,
			`{"entities":[{"type":"identity_name","value":"王*"},` +
				`{"type":"address","value":"样本省****"},{"type":"birth","value":"1990****"}]}`},
		{"evidence", "application/json",
			`{"name":"赵六","cardNo":"899213199011251313","threeElements":{"smsCode":"123456"},"eviName":"实名"}`,
			`{"cardNo":"899***********1313","eviName":"实名","name":"赵*","threeElements":{"smsCode":"******"}}`},
		{"tencent", "application/json",
			`{"IdCard":"899213199011251313","Name":"赵六","PhoneNumberSet":["+8616000106565"],"TemplateParamSet":["482913","5"]}`,
			`{"IdCard":"899***********1313","Name":"赵*","PhoneNumberSet":["+86160****6565"],"TemplateParamSet":["******","*"]}`},
		{"a card inside", "application/json",
			`{"content":"{\"elements\":[{\"tag\":\"input\",\"name\":\"identity_name\",\"default_value\":\"孙七\"},` +
				`{\"content\":\"张三丰 482913\"}]}"}`,
			`{"content":{"elements":[{"default_value":"孙*","name":"identity_name","tag":"input"},{"content":"张** ******"}]}}`},
		{"typed before", "application/json", `{"text":"我是李四，码 771100，16000100001"}`,
			`{"text":"我是李*，码 ******，160****0001"}`},
		{"secrets", "application/json",
			`{"tenant_access_token":"t-1","token":{"a":"b"},"expire":7200,"url":"http://127.0.0.1:1/put?Signature=abc&x=1"}`,
			`{"expire":7200,"tenant_access_token":"•••","token":{"a":"•••"},"url":"http://127.0.0.1:1/put?•••"}`},
		{"web login", "application/json", `{"access_token":"u-1","client_secret":"s","expires_in":7200}`,
			`{"access_token":"•••","client_secret":"•••","expires_in":7200}`},
		{"times stay", "application/json", `{"create_time":"1760000000000","us":1760000000000000}`,
			`{"create_time":"1760000000000","us":1760000000000000}`},
		{"form", "multipart/form-data; boundary=b", upload, `{"image":"(JPEG, 2 KB)","image_type":"message"}`},
		{"picture", "application/octet-stream", jpeg, `"(JPEG, 2 KB)"`},
		{"text", "text/plain", "张三丰", `"张**"`},
		{"empty", "application/json", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			sample := wire.Sample{Head: []byte(test.body), Size: int64(len(test.body)), ContentType: test.kind}
			if got := string(m.body(sample)); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
	long := `{"list":[` + strings.Repeat(`{"a":"`+strings.Repeat("长", 500)+`"},`, 100) + `{}]}`
	cut := m.body(wire.Sample{Head: []byte(long), Size: int64(len(long))})
	if len(cut) > maxBodyShown || !strings.Contains(string(cut), "…") {
		t.Errorf("a long body: got %d bytes, want at most %d and an ellipsis", len(cut), maxBodyShown)
	}
	begun := string(m.body(wire.Sample{Head: []byte(`{"identity_name":"张三`), Size: 90_000}))
	if strings.Contains(begun, "张") {
		t.Errorf("the beginning of a body: got %s, want no name", begun)
	}
}
