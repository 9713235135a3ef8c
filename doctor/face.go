package doctor

import (
	"context"
	"errors"

	"shiming/config"
	"shiming/verify"
)

// faceService is the id of the check on which those of a check by face depend.
const faceService = "tencent.face_service"

// faceChecks are the checks of an installation that verifies by face.
func (d *Doctor) faceChecks() []check {
	return []check{
		{faceService, Text{"腾讯云人脸核身接口", "Tencent Cloud's face service"}, nil, d.checkFaceService},
		{"tencent.face", Text{"人脸核身权益与 RuleId", "Entitlement to the check by face, and its RuleId"},
			[]string{faceService}, cannotAsk(Text{
				"不核验真人就试不出：在 人脸核身控制台 里看微信 H5 的实名核身已开通且有余量，" +
					"verification.tencent.face_rule_id 的流程「已通过」并启用，姓名和号码由调用方传入",
				"cannot be tried without checking somebody: look in the faceid console (人脸核身控制台) whether 实名核身 " +
					"for WeChat H5 is open and has quota, and whether the flow of verification.tencent.face_rule_id is " +
					"approved and enabled and takes name and number from the caller",
			})},
		{"evidence.face_live_score", Text{"人脸的活体检测分数", "Score of a face's liveness check"}, nil,
			d.checkFaceScore},
	}
}

// faceRefusals gives the remedies of the codes whose cause is known.
var faceRefusals = map[string]struct {
	remedy Text
	link   string
}{
	"InvalidParameterValue.RuleIdNotExist": {Text{
		"人脸核身控制台 › 自助接入：核对 verification.tencent.face_rule_id",
		"faceid console (人脸核身控制台) › self-service (自助接入): compare verification.tencent.face_rule_id",
	}, faceConsole},
	"UnauthorizedOperation.Nonactivated": {Text{
		"人脸核身控制台：开通服务",
		"faceid console (人脸核身控制台): open the service",
	}, faceConsole},
	"UnauthorizedOperation.Activating": {Text{
		"人脸核身正在开通，过一会儿再试",
		"the service is being opened: try again in a while",
	}, faceConsole},
	"UnauthorizedOperation.ActivateError": {Text{
		"人脸核身控制台：重新开通服务",
		"faceid console (人脸核身控制台): open the service again",
	}, faceConsole},
	"UnauthorizedOperation.Arrears": {Text{
		"腾讯云账号欠费停服：充值",
		"the account is in arrears: top it up",
	}, "https://console.cloud.tencent.com/expense/overview"},
	"UnauthorizedOperation.NonAuthorize": {Text{
		"腾讯云账号要先做企业实名认证",
		"the account of Tencent Cloud has to be verified as a company's first",
	}, "https://console.cloud.tencent.com/developer"},
	"AuthFailure.SignatureExpire": {Text{
		"这台机器的时钟差了 5 分钟以上：打开 NTP",
		"this machine's clock is more than 5 minutes off: switch NTP on",
	}, ""},
}

const faceConsole = "https://console.cloud.tencent.com/faceid"

// checkFaceService asks for a flow that does not exist, which checks nobody, costs nothing and changes nothing.
func (d *Doctor) checkFaceService(ctx context.Context) result {
	err := d.supplier.ProbeFace(ctx)
	e, _ := errors.AsType[*verify.Error](err)
	switch {
	case err == nil:
		return result{outcome: OK}
	case e == nil:
		return result{
			outcome: Unknown,
			found:   Text{"平台的回答看不出对错", "the platform's answer does not tell"},
			remedy:  Text{"用测试账号刷一次脸", "let a test account show its face once"},
		}
	case faceRefusals[e.Code].remedy != (Text{}):
		known := faceRefusals[e.Code]
		return refused(Problem, err, known.remedy, known.link)
	case e.Class == verify.ClassRetry && e.HTTPStatus != 0:
		return refused(Warning, err, Text{"过一会儿再试", "try again in a while"}, "")
	}
	return d.withCause(ctx, refused(Problem, err, Text{
		"腾讯云 › 访问管理 › API 密钥管理：核对 verification.tencent.secret_id、secret_key，密钥要有人脸核身的权限",
		"Tencent Cloud › CAM (访问管理) › API keys (API 密钥管理): compare verification.tencent.secret_id and secret_key; " +
			"the key needs faceid",
	}, "https://console.cloud.tencent.com/cam/capi"), d.cfg.Verification.Tencent.EndpointFaceID)
}

// checkFaceScore warns of a method that nobody can use.
func (d *Doctor) checkFaceScore(context.Context) result {
	if d.cfg.Evidence.FaceLiveScore == config.FaceLiveStatus {
		return result{outcome: OK}
	}
	return result{
		outcome: Warning,
		found: Text{
			"evidence.face_live_score 是 stop：不会让任何人刷脸",
			"evidence.face_live_score is stop: nobody is asked for the face",
		},
		remedy: Text{
			"问 e签宝 faceLiveDetectScore 能不能填腾讯云的活体检测状态；可以就设成 status，" +
				"不可以就从 verification 里去掉 face",
			"ask e签宝 whether faceLiveDetectScore may hold Tencent Cloud's status of the liveness check; if so set it " +
				"to status, else take face out of verification",
		},
	}
}
