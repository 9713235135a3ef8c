package esign

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestProbeEvidence(t *testing.T) {
	t.Parallel()
	const point = "P1904811111836663815"
	for _, c := range []struct {
		name   string
		status int
		body   string
		want   Revision
		kind   Kind
	}{
		{"agreement missing", 200, `{"code":1435002,"message":"certAgreementReadTitle不能为空"}`, Revision202510,
			KindParameter},
		{"agreement among others", 400, `{"code":1435002,"message":"name,timeStamp,certAgreementReadIP"}`, Revision202510,
			KindParameter},
		{"time is no number", 200, `{"code":1435002,"message":"timeStamp must be Long"}`, Revision2024, KindParameter},
		{"a field of both", 200, `{"code":1435002,"message":"cardNo不能为空"}`, "", KindParameter},
		{"no field", 200, `{"code":1435002,"message":"参数错误"}`, "", KindParameter},
		{"undocumented code of the family", 200, `{"code":1435999,"message":"certAgreementReadHash"}`, Revision202510,
			KindParameter},
		{"not permitted", 200, `{"code":1436001,"message":"x"}`, "", KindPermission},
		{"quota used up", 200, `{"code":1435404,"message":"x"}`, "", KindQuota},
		{"undocumented code", 200, `{"code":99,"message":"x"}`, "", KindRefused},
		{"wrong application", 401, `{"success":false,"code":401,"message":"无效的应用"}`, "", KindAuth},
		{"trouble of its own", 503, "", "", KindServer},
		{"a point after all", 200, `{"code":0,"message":null,"data":{"eviPointId":"` + point + `"}}`, "", KindMalformed},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := says(t, c.status, c.body).client(t).ProbeEvidence(t.Context())
			if got != c.want || KindOf(err) != c.kind {
				t.Errorf("got %q, %v; want %q and the kind %s", got, err, c.want, c.kind)
			}
			if created := strings.Contains(c.body, point); created != strings.Contains(err.Error(), point) {
				t.Errorf("got %v, want the point's id if there is one", err)
			}
		})
	}
}

// TestProbeEvidenceIsIncomplete checks that the request lacks what both revisions require.
func TestProbeEvidenceIsIncomplete(t *testing.T) {
	t.Parallel()
	var sent map[string]any
	g := newGateway(t, func(w http.ResponseWriter, r *http.Request, raw []byte) {
		if err := json.Unmarshal(raw, &sent); err != nil || r.URL.Path != personPointPath {
			t.Errorf("got %s of %s, %v; want JSON for %s", raw, r.URL.Path, err, personPointPath)
		}
		_, _ = io.WriteString(w, `{"code":1435002,"message":"x"}`)
	})
	_, _ = g.client(t).ProbeEvidence(t.Context())
	for _, name := range []string{"name", "cardNo", "cardPortrait", "cardNationalEmblem", "threeElements",
		"certAgreementReadTitle"} {
		if v, ok := sent[name]; ok {
			t.Errorf("got %s %v, want a request without it", name, v)
		}
	}
	if len(sent) != 3 {
		t.Errorf("got the fields %v, want three", sent)
	}
}

func TestProbeEvidenceHosts(t *testing.T) {
	t.Parallel()
	for base, refused := range map[string]bool{
		ProductionURL:                        true,
		"https://smlopenapi.esign.cn.evil.x": true,
		"https://smlopenapi.esign.cn:8443":   true,
		"https://esign.example.com":          true,
		SandboxURL:                           false,
		"http://127.0.0.1:1":                 false,
		"http://localhost:1":                 false,
	} {
		t.Run(base, func(t *testing.T) {
			calls := 0
			c := newClient(t, base, func(cfg *Config) {
				cfg.HTTPClient = &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
					calls++
					return nil, errors.New("no network here")
				})}
			})
			_, err := c.ProbeEvidence(t.Context())
			if errors.Is(err, ErrNotSandbox) != refused || (calls == 0) != refused {
				t.Errorf("got %v after %d calls, want it refused without a call: %t", err, calls, refused)
			}
		})
	}
}
