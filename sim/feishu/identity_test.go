package feishu

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestIdentityRules(t *testing.T) {
	w := newWorld(t).login()
	w.AddUser(User{OpenID: "ou_a", UserID: "e1", Name: "张三"})
	w.AddUser(User{OpenID: "ou_b"})
	w.BindIdentity("ou_b", "李四", "", "13900000000")
	put := func(user, idType, name, code, mobile string) answer {
		return w.do("POST", "/human_authentication/v1/identities?user_id="+user+"&user_id_type="+idType,
			map[string]string{"identity_name": name, "identity_code": code, "mobile": mobile})
	}
	const number = "11010119900307012X"
	w.want(put("ou_a", "open_id", "张三", "", ""), 400, 1291010)
	w.want(put("ou_a", "open_id", "", number, ""), 400, 1291010)
	w.want(put("", "open_id", "张三", number, ""), 400, 1291010)
	w.want(put("ou_nobody", "open_id", "张三", number, ""), 400, 99992351)
	first := put("ou_a", "open_id", "张三", number, "")
	w.want(first, 200, 0)
	again := put("e1", "user_id", "张三", number, "13800000000")
	w.want(again, 200, 0)
	if again.data()["verify_uid"] != first.data()["verify_uid"] || first.data()["verify_uid"] == "" {
		t.Error("the verify_uid changed")
	}
	w.want(put("ou_a", "open_id", "张叁", number, ""), 400, 1291002)
	w.want(put("ou_a", "open_id", "张三", "110101199003070001", ""), 400, 1291003)
	w.want(put("ou_a", "open_id", "张三", number, "13800000001"), 400, 1291004)
	w.want(put("ou_b", "open_id", "张三", number, ""), 400, 1291002)
	w.want(put("ou_b", "open_id", "李四", number, "13800000000"), 400, 1291004)
	w.want(put("ou_b", "open_id", "李四", number, ""), 200, 0)

	ids := w.Identities()
	if a := ids["ou_a"]; a.Writes != 2 || a.Refused != 5 || a.Code != number || a.Mobile != "13800000000" {
		t.Errorf("ou_a: writes %d refused %d, want 2, 5", a.Writes, a.Refused)
	}
	w.Revoke("human_authentication:identity")
	w.want(put("ou_a", "open_id", "张三", number, ""), 400, 99991672)
}

func TestPersonalDataIsMasked(t *testing.T) {
	for _, v := range []any{
		User{OpenID: "ou_a", Name: "张三", Mobile: "+8613800138000"},
		Identity{
			OpenID: "ou_a",
			Name:   "张三",
			Code:   "110101199003070123",
			Mobile: "+8613800138000",
		},
		Entity{Type: "identity_name", Value: "张三"},
		Message{ID: "om_1", Content: "张三 110101199003070123 +8613800138000"},
	} {
		out := fmt.Sprintf("%v %+v %#v %s", v, v, v, v)
		switch v.(type) {
		case User, Identity: // the API and a page show the other ones on purpose
			j, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			out += string(j)
		}
		for _, secret := range []string{"张三", "110101199003070123", "13800138000"} {
			if strings.Contains(out, secret) {
				t.Errorf("%T shows personal data: %s", v, out)
			}
		}
	}
}
