package bot

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"shiming/flows"
	"shiming/shape"
)

// TestAnswersAsPublished: samples of the pages surprise nobody.
func TestAnswersAsPublished(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ op, body string }{
		{opToken, `{"code":0,"msg":"ok","tenant_access_token":"t-x","expire":7200}`},
		{opAppToken, `{"code":0,"msg":"success","app_access_token":"a-x","expire":7140,"tenant_access_token":"t-x"}`},
		{opSend, `{"code":0,"msg":"success","data":{"message_id":"om_1","root_id":"om_2","parent_id":"om_3",` +
			`"msg_type":"interactive","create_time":"1609296809000","update_time":"1609296809000","deleted":false,` +
			`"updated":false,"chat_id":"oc_1","sender":{"id":"cli_1","id_type":"app_id","sender_type":"app",` +
			`"tenant_key":"tk"},"body":{"content":"{}"},"mentions":[{"key":"@_user_1","id":"ou_1","id_type":"open_id",` +
			`"name":"x","tenant_key":"tk"}],"upper_message_id":"om_4","thread_id":"omt_1"}}`},
		{opPatch, `{"code":0,"msg":"success","data":{}}`},
		{opUrgent, `{"code":0,"msg":"success","data":{"invalid_user_id_list":["ou_1"]}}`},
		{opFile, `{"code":0,"msg":"success","data":{"file_key":"file_456a92d6-c6ea-4de4-ac3f-7afcf44ac78g"}}`},
		{opRecall, `{"code":0,"msg":"success","data":{}}`},
		{opReadCard, `{"code":0,"msg":"success","data":{"id_card":{"entities":[{"type":"identity_name","value":"x"}],` +
			`"side":0,"conners":[0]}}}`},
		{opReadHKMPermit, `{"code":0,"msg":"success","data":{"hkm_mainland_travel_permit":{"entities":[` +
			`{"type":"full_name_cn","value":"x"}]}}}`},
		{opReadTWPermit, `{"code":0,"msg":"success","data":{"tw_mainland_travel_permit":{"entities":[` +
			`{"type":"card_number","value":"x"}]}}}`},
		{opReadPassport, `{"code":0,"msg":"success","data":{"chinese_passport":{"entities":[` +
			`{"type":"passport_number","value":"x"}]}}}`},
		{opIdentity, `{"code":0,"msg":"success","data":{"verify_uid":"uid"}}`},
		{opContact, `{"code":0,"msg":"success","data":{"user":{"union_id":"on","user_id":"u","open_id":"ou","name":"x",` +
			`"en_name":"x","nickname":"x","email":"x","mobile":"x","mobile_visible":false,"gender":1,"avatar_key":"x",` +
			`"avatar":{"avatar_72":"x","avatar_240":"x","avatar_640":"x","avatar_origin":"x"},"status":{"is_frozen":false,` +
			`"is_resigned":false,"is_activated":true,"is_exited":false,"is_unjoin":false},"department_ids":["od"],` +
			`"leader_user_id":"ou","city":"x","country":"CN","work_station":"x","join_time":1615381200,` +
			`"is_tenant_manager":false,"employee_type":1,"orders":[{"department_id":"od","user_order":100,` +
			`"department_order":100,"is_primary_dept":true}],"custom_attrs":[{"type":"TEXT","id":"x","value":{"text":"x",` +
			`"url":"x","pc_url":"x","option_id":"x","option_value":"x","name":"x","picture_url":"x",` +
			`"generic_user":{"id":"x","type":1}}}],"enterprise_email":"x","job_title":"x","geo":"cn","job_level_id":"x",` +
			`"job_family_id":"x","assign_info":[{"subscription_id":"x","license_plan_key":"x","product_name":"x"}],` +
			`"department_path":[{"department_id":"od"}],"dotted_line_leader_user_ids":["ou"]}}}`},
		{opUserToken, `{"code":0,"access_token":"x","expires_in":7200,"refresh_token":"x",` +
			`"refresh_token_expires_in":604800,"token_type":"Bearer","scope":"auth:user.id:read"}`},
		{opUserInfo, `{"code":0,"msg":"success","data":{"name":"x","en_name":"x","avatar_url":"x","avatar_thumb":"x",` +
			`"avatar_middle":"x","avatar_big":"x","open_id":"ou","union_id":"on","email":"x","enterprise_email":"x",` +
			`"user_id":"u","mobile":"x","tenant_key":"tk","employee_no":"x"}}`},
		{opMembers, `{"code":0,"msg":"success","data":{"items":[{"member_id_type":"open_id","member_id":"ou","name":"x",` +
			`"tenant_key":"tk"}],"page_token":"","has_more":false,"member_total":2}}`},
		{opChildren, `{"code":0,"msg":"success","data":{"has_more":true,"page_token":"x","items":[{"name":"x",` +
			`"i18n_name":{"zh_cn":"x","ja_jp":"x","en_us":"x"},"parent_department_id":"D067","department_id":"D096",` +
			`"open_department_id":"od","leader_user_id":"ou","chat_id":"oc","order":"100","unit_ids":["x"],` +
			`"member_count":100,"status":{"is_deleted":false},"leaders":[{"leaderType":1,"leaderID":"ou"}],` +
			`"group_chat_employee_types":[1],"department_hrbps":["ou"],"primary_member_count":100}]}}`},
		{opFindByDepartment, `{"code":0,"msg":"success","data":{"has_more":true,"page_token":"x","items":[{"open_id":"ou",` +
			`"name":"x","status":{"is_frozen":false,"is_resigned":false,"is_activated":true,"is_exited":false,` +
			`"is_unjoin":false},"department_ids":["od"]}]}}`},
		{opPeople, `{"code":0,"msg":"success","data":{"items":[{"open_id":"ou","employee_no":"x"}]}}`},
		{opFindPeople, `{"code":0,"msg":"success","data":{"user_list":[{"user_id":"ou","email":"x","status":` +
			`{"is_frozen":false,"is_resigned":false,"is_activated":true,"is_exited":false,"is_unjoin":false}},` +
			`{"user_id":"ou","mobile":"x"},{"mobile":"x"}]}}`},
		{opRange, `{"code":0,"data":{"department_ids":["x"],"group_ids":["x"],"has_more":true,"page_token":"x",` +
			`"user_ids":["x"]},"msg":"success"}`},
		{opChats, `{"code":0,"msg":"success","data":{"items":[{"chat_id":"oc","avatar":"x","name":"x","description":"x",` +
			`"owner_id":"ou","owner_id_type":"open_id","external":false,"tenant_key":"tk","chat_status":"normal"}],` +
			`"page_token":"x","has_more":true}}`},
		{opBotInfo, `{"code":0,"msg":"ok","bot":{"activate_status":2,"app_name":"x","avatar_url":"x","ip_white_list":[],` +
			`"open_id":"ou"}}`},
		{opEndpoint, `{"code":0,"msg":"","data":{"URL":"wss://x","ClientConfig":{"ReconnectCount":-1,` +
			`"ReconnectInterval":120,"ReconnectNonce":30,"PingInterval":120}}}`},
	} {
		t.Run(tc.op, func(t *testing.T) {
			shape.Compare([]byte(tc.body), answers[tc.op], func(d string) { t.Errorf("got %s, want no difference", d) })
		})
	}
}

func TestAnswersThatDiffer(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status     int
		body, want string
	}{
		"further field": {200, `{"code":0,"data":{"message_id":"om_1","priority":1}}`, "unknown_field:data.priority"},
		"no id":         {200, `{"code":0,"data":{}}`, "missing_field:data.message_id"},
		"type":          {200, `{"code":0,"data":{"message_id":7}}`, "type:data.message_id"},
		"unit": {200, `{"code":0,"data":{"message_id":"om_1","update_time":"1764000000"}}`,
			"time_unit:data.update_time"},
		"unknown code": {400, `{"code":239999,"msg":"who am I"}`, "unknown_code:239999"},
		"card's code":  {400, `{"code":230099,"msg":"x, ext=ErrCode: 123456; ErrMsg: y"}`, "unknown_code:123456"},
		"known code":   {400, `{"code":230001,"msg":"x"}`, ""},
		"a proxy":      {502, `<html>`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.handle("POST /open-apis/im/v1/messages", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(tc.status)
				_, _ = w.Write([]byte(tc.body))
			})
			var got []string
			c := f.client(t, func(c *ClientConfig) {
				c.Surprised = func(op, difference string) { got = append(got, op+" "+difference) }
			})
			_, _ = c.Send(t.Context(), flows.Receiver{Type: "chat_id", ID: "oc_1"}, []byte(`{}`), "u")
			want := ""
			if tc.want != "" {
				want = opSend + " " + tc.want
			}
			if strings.Join(got, ", ") != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestPushesThatDiffer(t *testing.T) {
	t.Parallel()
	text := `{"text":"实名"}`
	made := func(at any) push {
		return pushOf(messageEvent("text", text, func(e m) { e["message"].(m)["create_time"] = at }))
	}
	inMicros := func(plain string) string { return strings.Replace(plain, `"1760000000000"`, `"1760000000000000"`, 1) }
	for name, tc := range map[string]struct {
		push push
		want []string
	}{
		"message": {pushOf(messageEvent("text", text)), nil},
		"click":   {pushOf(inMicros(clickEvent(confirmValue(), m{"reason": "x"}))), nil},
		"further field": {pushOf(messageEvent("text", text, func(e m) { e["message"].(m)["folded"] = true })),
			[]string{eventMessage + " unknown_field:event.message.folded"}},
		"no tenant": {pushOf(messageEvent("text", text, func(e m) { delete(e["sender"].(m), "tenant_key") })),
			[]string{eventMessage + " missing_field:event.sender.tenant_key"}},
		"time as number":  {made(1760000000001), []string{eventMessage + " type:event.message.create_time"}},
		"time in seconds": {made("1760000000"), []string{eventMessage + " time_unit:event.message.create_time"}},
		"click in milliseconds": {pushOf(clickEvent(confirmValue(), nil)),
			[]string{eventClick + " time_unit:header.create_time"}},
		"click without value": {pushOf(inMicros(clickEvent(nil, m{}))),
			[]string{eventClick + " missing_field:event.action.value"}},
		"numbers as text": {pushOf(inMicros(clickEvent(m{"v": "1", "act": "confirm", "case": testCase, "rev": 7}, nil))),
			[]string{eventClick + " type:event.action.value.v"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			r := newTestServer(t, func(c *ServerConfig) {
				c.Surprised = func(kind, difference string) { got = append(got, kind+" "+difference) }
			})
			r.send(tc.push)
			if !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
