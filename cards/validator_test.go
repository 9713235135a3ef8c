package cards

import (
	"strings"
	"testing"
)

// TestValidatorRefuses breaks a good card in every way that validate detects.
func TestValidatorRefuses(t *testing.T) {
	good := string(Review{
		Ref:        ref,
		Applicant:  "ou_1",
		MaskedName: "张*",
		Checks:     []Check{{Code: "age", Level: Green}},
		FormOpen:   true,
	}.JSON())
	if errs := validate([]byte(good), false); len(errs) > 0 {
		t.Fatalf("good card: got %v, want no errors", errs)
	}
	for name, change := range map[string][2]string{
		"schema 1.0":           {`"schema":"2.0"`, `"schema":"1.0"`},
		"forwarding":           {`"enable_forward":false`, `"enable_forward":true`},
		"private card":         {`"update_multi":true`, `"update_multi":false`},
		"unknown property":     {`"width_mode":"default"`, `"wide_screen_mode":true`},
		"1.0 tag":              {`"tag":"hr"`, `"tag":"note"`},
		"template":             {`"template":"orange"`, `"template":"pink"`},
		"hex colour":           {`"text_color":"green"`, `"text_color":"#00ff00"`},
		"missing language":     {`"en_us":"Approve"`, `"en_us":""`},
		"content differs":      {`"content":"通过"`, `"content":"拒绝"`},
		"long button":          {`"en_us":"Approve"`, `"en_us":"` + strings.Repeat("A", 101) + `"`},
		"no submit button":     {`"form_action_type":"submit",`, ``},
		"child without a name": {`"name":"note",`, ``},
		"name twice":           {`"name":"note"`, `"name":"reason"`},
		"form name taken":      {`"name":"decision"`, `"name":""`},
		"string value":         {`"value":{`, `"value":"x","x":{`},
		"initial index":        {`"initial_index":1`, `"initial_index":5`},
		"initial index of 0":   {`"initial_index":1`, `"initial_index":0`},
		"initial option":       {`"initial_index":1`, `"initial_option":"details"`},
		"leavers kept":         {`"drop_invalid_user_id":true`, `"drop_invalid_user_id":false`},
		"option twice":         {`"value":"front"`, `"value":"back"`},
		"ID number":            {`张*`, `130401199601018395`},
		"mobile":               {`张*`, `13812345678`},
		"mention":              {`<text_tag`, `<at id=all></at><text_tag`},
		"control character":    {`张*`, `\u0007`},
		"nobody":               {`"id":"ou_1"`, `"id":""`},
		"too long":             {`张*`, strings.Repeat("长", 10_001)},
		"not JSON":             {`{`, ``},
	} {
		t.Run(name, func(t *testing.T) {
			bad := strings.Replace(good, change[0], change[1], -1)
			if bad == good {
				t.Errorf("%s: got no %q in the good card, want it", name, change[0])
				return
			}
			if len(validate([]byte(bad), false)) == 0 {
				t.Errorf("%s: got no error, want one", name)
			}
		})
	}
	many := strings.Replace(good, `{"tag":"hr"}`, strings.Repeat(`{"tag":"hr"},`, 200)+`{"tag":"hr"}`, 1)
	if len(validate([]byte(many), false)) == 0 {
		t.Error("more than 200 elements: got no error, want one")
	}
}
