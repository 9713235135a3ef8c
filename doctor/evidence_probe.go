package doctor

import (
	"context"
	"errors"

	"shiming/esign"
	"shiming/flows"
)

// askEsign says whom to ask about the entitlement to evidence points.
var askEsign = Text{
	"请向 e签宝客户经理确认 AppId 已开通「个人实名证据点」，否则第一件登记会说明",
	"ask e签宝's account manager whether the AppId may create real-name evidence points (个人实名证据点), or the first case " +
		"will show",
}

const (
	esignEvidence = "esign.evidence"
	esignRevision = "esign.evidence_revision"
)

// evidenceChecks returns the checks of the interface for evidence points. e签宝 answers no question about it, so that
// only a refusal tells something; EvidenceProbe provokes one.
func (d *Doctor) evidenceChecks() []check {
	title := Text{"e签宝存证权益", "e签宝 entitlement to evidence"}
	switch {
	case d.cfg.Verification.Method == flows.MethodNone && d.EvidenceProbe:
		return []check{{esignEvidence, title, nil, func(context.Context) result {
			return result{
				outcome: Unknown,
				found:   Text{"没有试：按 verification.method，不存证", "not tried: with this verification.method nothing is filed"},
			}
		}}}
	case d.cfg.Verification.Method == flows.MethodNone:
		return nil
	case !d.EvidenceProbe:
		return []check{{esignEvidence, title, []string{esignApp}, cannotAsk(Text{
			"e签宝没有查询办法：" + askEsign.ZH + "；在沙箱可以用 check --evidence-probe 试",
			"e签宝 tells nobody: " + askEsign.EN + "; in the sandbox check --evidence-probe tries",
		})}}
	}
	revision := Text{"e签宝存证接口的版本", "Revision of e签宝's evidence interface"}
	return []check{
		{esignEvidence, title, []string{esignApp}, d.checkEntitlement},
		{esignRevision, revision, []string{esignEvidence}, d.checkRevision},
	}
}

func (d *Doctor) probeEvidence(ctx context.Context) (esign.Revision, error) {
	return d.probed.get(func() (esign.Revision, error) { return d.evidence.ProbeEvidence(ctx) })
}

// checkEntitlement reads the refusal of the probe for what it says about the application.
func (d *Doctor) checkEntitlement(ctx context.Context) result {
	_, err := d.probeEvidence(ctx)
	if errors.Is(err, esign.ErrNotSandbox) {
		return result{
			outcome: Problem,
			found: Text{
				"没有试：esign.base_url 不是沙箱，--evidence-probe 只对沙箱发请求",
				"not tried: esign.base_url is not the sandbox, and --evidence-probe asks nothing else",
			},
			remedy: Text{
				"esign.base_url 改成 " + esign.SandboxURL + "，配沙箱的 AppId 和密钥再试；或去掉 --evidence-probe",
				"try with esign.base_url " + esign.SandboxURL + " and the sandbox's AppId and secret, or without " +
					"--evidence-probe",
			},
		}
	}
	e, ok := errors.AsType[*esign.Error](err)
	if ok && e.MaybeApplied() {
		return result{
			outcome: Problem,
			found: Text{
				"沙箱收下了一个缺项的请求：" + e.Error(),
				"the sandbox took a request with fields missing: " + e.Error(),
			},
			remedy: Text{
				"这和文档不符，请把这一行发给 e签宝和我们；沙箱的证据点没有法律效力",
				"this is not as documented: send this line to e签宝 and to us; points of the sandbox have no legal effect",
			},
		}
	}
	r := refused(Warning, err, askEsign, "https://open.esign.cn")
	switch esign.KindOf(err) {
	case esign.KindParameter:
		r.outcome, r.link = Unknown, ""
		r.found = Text{
			"e签宝只嫌字段不对，没有说没开通：是好兆头，但不算数，要到第一次存证才确定",
			"e签宝 refuses a field, and not the application: a good sign, and no proof before the first filing",
		}
	case esign.KindPermission:
		r.outcome = Problem
		r.found = Text{"e签宝不让这个应用存证", "e签宝 does not let this application file evidence"}
	case esign.KindQuota:
		r.outcome = Problem
		r.found = Text{"已开通，但额度用完了", "the application may file, and its quota is used up"}
		r.remedy = Text{"请向 e签宝客户经理加购", "buy more from e签宝's account manager"}
	case esign.KindRefused:
		r.found = Text{"e签宝拒绝了，错误码在文档里没有", "e签宝 refuses with a code that is in no document"}
	}
	return r
}

// checkRevision compares the revision that the refusal shows with the configured one.
func (d *Doctor) checkRevision(ctx context.Context) result {
	shown, err := d.probeEvidence(ctx)
	ours := esign.Revision(d.cfg.Esign.EvidenceRevision)
	switch shown {
	case "":
		r := refused(Unknown, err, Text{
			"问 e签宝客户经理：应用用的是哪一版「创建个人实名证据点」，2024 还是 2025-10",
			"ask e签宝's account manager which revision of 创建个人实名证据点 the application has, 2024 or 2025-10",
		}, "")
		r.found = Text{
			"从这次拒绝看不出是哪一版：两版不同的字段一个也没提",
			"the refusal does not show it: it names none of the fields in which the revisions differ",
		}
		return r
	case ours:
		return result{outcome: OK, found: Text{
			"沙箱用的是 " + string(shown) + "，和 esign.evidence_revision 一致",
			"the sandbox takes " + string(shown) + ", as esign.evidence_revision says",
		}}
	}
	r := refused(Problem, err, Text{
		"esign.evidence_revision 改成 " + string(shown) + "，再检查一次",
		"set esign.evidence_revision to " + string(shown) + " and check again",
	}, "")
	r.found = Text{
		"沙箱用的是 " + string(shown) + "，esign.evidence_revision 是 " + string(ours),
		"the sandbox takes " + string(shown) + ", esign.evidence_revision is " + string(ours),
	}
	return r
}
