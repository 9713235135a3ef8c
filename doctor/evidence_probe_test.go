package doctor_test

import (
	"strings"
	"testing"

	"shiming/doctor"
	"shiming/sim"
	simesign "shiming/sim/esign"
)

// TestEvidenceProbe checks what the probe tells of each revision and refusal, and that it leaves no point behind.
func TestEvidenceProbe(t *testing.T) {
	t.Parallel()
	const asked = 4 // two reports in each of two languages
	says := func(body string) func(*checked) {
		return func(c *checked) { c.fault("esign", simesign.OpPersonPoint, 200, body) }
	}
	for _, tt := range []struct {
		name, revision        string // of e签宝; the configured one is 2024
		change                func(*checked)
		entitlement, agreeing doctor.Outcome
		calls                 int
		zh, en                string
	}{
		{"same revision", simesign.Revision2024, nil, doctor.Unknown, doctor.OK, asked,
			"沙箱用的是 2024，和", "takes 2024, as"},
		{"other revision", simesign.Revision202510, nil, doctor.Unknown, doctor.Problem, asked,
			"esign.evidence_revision 改成 2025-10", "set esign.evidence_revision to 2025-10"},
		{"tells nothing", "", says(`{"code":1435002,"message":"参数错误","data":null}`), doctor.Unknown, doctor.Unknown, asked,
			"看不出是哪一版", "names none of the fields"},
		{"not entitled", "", says(`{"code":1436001,"message":"无权限","data":null}`), doctor.Problem, "skipped", asked,
			"不让这个应用存证（错误码 1436001", "does not let this application file evidence (code 1436001"},
		{"quota used up", "", says(`{"code":1435404,"message":"x","data":null}`), doctor.Problem, "skipped", asked,
			"额度用完", "quota is used up"},
		{"undocumented code", "", says(`{"code":77,"message":"x","data":null}`), doctor.Warning, doctor.Unknown, asked,
			"文档里没有（错误码 77", "in no document (code 77"},
		{"a point after all", "", says(`{"code":0,"message":null,"data":{"eviPointId":"P1"}}`), doctor.Problem, "skipped",
			asked, "created the point P1", "created the point P1"},
		{"nothing is filed", "", func(c *checked) { c.values["verification.method"] = "none" }, doctor.Unknown, "", 0,
			"不存证", "nothing is filed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newChecked(t, func(cfg *sim.Config) { cfg.EsignRevision = tt.revision })
			c.withoutPage()
			c.probe, c.asked = true, true
			if tt.change != nil {
				tt.change(c)
			}
			for lang, want := range map[string]string{"zh": tt.zh, "en": tt.en} {
				_, findings, _ := c.run(lang) // the error counts the problems
				if findings["esign.evidence"] != tt.entitlement || findings["esign.evidence_revision"] != tt.agreeing {
					t.Errorf("%s: got %q and %q, want %q and %q", lang, findings["esign.evidence"],
						findings["esign.evidence_revision"], tt.entitlement, tt.agreeing)
				}
				if !strings.Contains(c.allOut, want) {
					t.Errorf("%s: got\n%s\nwant %q", lang, c.allOut, want)
				}
			}
			if n := c.world.Recorder.Count("esign", simesign.OpPersonPoint); n != tt.calls {
				t.Errorf("got %d requests for a point, want %d", n, tt.calls)
			}
			if n := len(c.world.ESign.Points()); n > 0 {
				t.Errorf("got %d points, want none", n)
			}
		})
	}
}
