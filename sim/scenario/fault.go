package scenario

import (
	"net/http"
	"time"

	"shiming/sim/wire"
)

// Fault is a way in which a call fails.
type Fault struct {
	Name string // stable, e.g. lost_answer
	Text Text   // follows the text of the call
	kind string // kind of wire.Fault
	// applied: the platform does what the call asks before the fault occurs.
	applied bool
	// clear: the failure proves that the platform did nothing.
	clear bool
	// body returns the platform's answer; nil = the default of the kind.
	body func(Call) answer
}

// answer is the answer of a platform that refuses.
type answer struct {
	status int
	header http.Header
	body   string
}

// Durations of the faults slow and unreachable.
const (
	slowDelay      = 2 * time.Second
	unreachableFor = 15 * time.Second
)

var faults = []Fault{
	{
		Name:    "slow",
		kind:    wire.Delay,
		applied: true,
		Text:    Text{"对方很慢，但还是答了", "slow, but answered"},
	},
	{
		Name:  "unreachable",
		kind:  wire.Refuse,
		clear: true,
		Text:  Text{"连不上对方（15 秒），请求没有发出去", "no connection to the platform for 15 s, nothing was sent"},
	},
	{Name: "timeout", kind: wire.Hang, Text: Text{"对方一直不答，也没有做", "never answered, and not done"}},
	{
		Name:    "lost_answer",
		kind:    wire.DropAfter,
		applied: true,
		Text:    Text{"对方做了，但回答在路上丢了", "done, but the answer was lost"},
	},
	{Name: "reset", kind: wire.Reset, Text: Text{"连接被重置，对方没有做", "connection reset, not done"}},
	{
		Name:  "rate_limit",
		kind:  wire.Error,
		clear: true,
		body:  rateLimit,
		Text:  Text{"对方说太频繁，稍后再来", "refused as too frequent"},
	},
	{
		Name: "server_error",
		kind: wire.Error,
		body: serverError,
		Text: Text{"对方内部出错，回了自己的错误格式", "internal error in the platform's own form"},
	},
	{
		Name: "server_down",
		kind: wire.Error,
		body: func(Call) answer { return answer{status: http.StatusServiceUnavailable} },
		Text: Text{"对方回 503，没有正文", "503 without a body"},
	},
	{
		Name:    "not_json",
		kind:    wire.NotJSON,
		applied: true,
		Text:    Text{"对方做了，但回来的是一页 HTML", "done, but answered with a page of HTML"},
	},
	{
		Name:    "truncated",
		kind:    wire.Truncate,
		applied: true,
		Text:    Text{"对方做了，但回答只到一半", "done, but only half of the answer came"},
	},
	{
		Name:    "wrong_schema",
		kind:    wire.WrongShape,
		applied: true,
		body:    wrongSchema,
		Text:    Text{"对方做了，但回答的结构和文档不同", "done, but the answer is of another shape than documented"},
	},
	{
		Name:  "token_dead",
		kind:  wire.Error,
		clear: true,
		body:  credentialsRefused,
		Text:  Text{"凭证或密钥不被接受", "token or key refused"},
	},
	{
		Name:  "clock_off",
		kind:  wire.Error,
		clear: true,
		body:  clockRefused,
		Text:  Text{"两边时钟差得太多，签名被拒", "clocks too far apart, signature refused"},
	},
}

// canFail reports whether a call can meet a fault.
func (c Call) canFail(f Fault) bool {
	switch {
	case c.Repeat == Redeliver: // other faults of a push would be on the bot's side
		return f.Name == "clock_off"
	case f.Name == "unreachable":
		return c.First || c.After != ""
	case f.Name == "token_dead":
		return c.Proof != NoProof
	case f.Name == "clock_off":
		return c.Proof == Signature
	}
	return true
}

func rateLimit(c Call) answer {
	switch c.Upstream {
	case feishuName: // 频控策略: 429, and 400 from older APIs
		return answer{429, http.Header{"X-Ogw-Ratelimit-Limit": {"50"}, "X-Ogw-Ratelimit-Reset": {"1"}},
			`{"code":99991400,"msg":"request trigger frequency limit"}`}
	case tencentName:
		return tencentCode("RequestLimitExceeded")
	}
	return answer{429, http.Header{"Retry-After": {"1"}}, ""}
}

func serverError(c Call) answer {
	switch {
	case c.Upstream == feishuName:
		return answer{500, nil, `{"code":2200,"msg":"Internal Error"}`}
	case c.Upstream == tencentName:
		return tencentCode("InternalError")
	case c.Proof == NoProof:
		return answer{500, http.Header{"Content-Type": {"application/xml"}},
			`<?xml version="1.0" encoding="UTF-8"?><Error><Code>InternalError</Code>` +
				`<Message>We encountered an internal error. Please try again.</Message></Error>`}
	}
	return answer{500, nil, `{"code":500,"message":"服务器内部错误","data":null}`}
}

func wrongSchema(c Call) answer {
	switch {
	case c.Name == "feishu.token":
		return answer{200, nil, `{"code":0,"tenant_access_token":["t-1"],"expire":"soon"}`}
	case c.Name == "feishu.send", c.Name == "feishu.reply":
		return answer{200, nil, `{"code":0,"data":{"message_id":42}}`}
	case c.Upstream == tencentName:
		return answer{200, nil, `{"Response":[]}`}
	case c.Proof == NoProof:
		return answer{200, nil, `{"errCode":[],"msg":{}}`}
	}
	return answer{200, nil, wire.WrongShapeBody}
}

func credentialsRefused(c Call) answer {
	switch {
	case c.Proof == Token:
		return answer{400, nil, `{"code":99991663,"msg":"Invalid access token for authorization. ` +
			`Please make a test attempt with the correct token."}`}
	case c.Proof == Secret:
		return answer{200, nil, `{"code":10015,"msg":"wrong app secret"}`}
	case c.Upstream == tencentName:
		return tencentCode("AuthFailure.SecretIdNotFound")
	}
	return answer{401, nil, `{"success":false,"code":401,"message":"无效的应用"}`}
}

func clockRefused(c Call) answer {
	if c.Upstream == tencentName {
		return tencentCode("AuthFailure.SignatureExpire")
	}
	return answer{401, nil, `{"success":false,"code":401,"message":"INVALID_TIMESTAMP"}`}
}
