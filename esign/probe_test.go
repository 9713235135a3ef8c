package esign

import "testing"

// TestProbe checks that any response of the file service is a success.
func TestProbe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		status int
		body   string
		well   bool
	}{
		{"no such file", 200, `{"code":1430608,"message":"x","data":null}`, true},
		{"somebody else's file", 200, `{"code":1430802,"message":"x","data":null}`, true},
		{"another no of the file service", 400, `{"code":1430999,"message":"x","data":null}`, true},
		{"wrong application", 401, `{"success":false,"code":401,"message":"无效的应用"}`, false},
		{"wrong secret", 401, `{"success":false,"code":401,"message":"INVALID_SIGNATURE"}`, false},
		{"address not allowed", 403, `{"success":false,"code":403,"message":"IP白名单不匹配"}`, false},
		{"no right to the service", 200, `{"code":1436001,"message":"x","data":null}`, false},
		{"trouble of its own", 503, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := says(t, c.status, c.body).client(t).Probe(t.Context()); (err == nil) != c.well {
				t.Errorf("%s: %v", c.name, err)
			}
		})
	}
}
