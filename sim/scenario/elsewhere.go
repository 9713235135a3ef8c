package scenario

import "strings"

// Elsewhere lists documented codes that no scenario produces, because they answer no call of a case.
type Elsewhere struct {
	Page  string
	Codes []string
	Why   Text
}

// elsewhere is in the order of the platforms.
var elsewhere = []elsewhereRow{
	{"撤回消息", "230009 230026", whenLooking},
	{"发送应用内加急", "10023 230012 230023 230024 230052 230098", whenOverdue},
	{"查询消息已读信息", "230033", notCalled},
	{"批量发送消息", "11203 11233 11247", notCalled},
	{"上传图片", "234011 234039", whenLooking},
	{"上传图片, 上传文件", "232096 234006 234010",
		Text{"只有 HR 查看原件或导出名单时才调用", "only called when HR looks at originals or exports a list"}},
	{"延时更新消息卡片", "10002 11311 100000 100030 200000 200310 200320 300020 300030 300040 300090",
		Text{"不调用：卡片用更新接口改", "not called: cards are changed with PATCH"}},
	{"获取单个部门信息", "40003 40004 42008",
		Text{"没有人等它：问不到就不分部门", "nobody waits for it: without an answer there are no departments"}},
	{"获取子部门列表, 获取部门直属用户列表, 获取通讯录授权范围", "40008 40011 40012 40014 43007 43010",
		Text{"只有邀请时才查", "only asked for invitations"}},
	{"获取群信息, 获取群成员列表, 判断用户或机器人是否在群里", "232001 232004 232006 232010 232011 232025 232033 232034",
		Text{"只有公告板、审核板和 shiming check 会问", "only boards and shiming check ask"}},
	{"上传人脸基准图片, 裁剪人脸图片, 查询人脸认证结果", "10100 10101 10200", notCalled},
	{"获取授权码, 获取 user_access_token, 获取用户信息", "20001 20002 20003 20004 20005 20007 20008 20009 20010 " +
		"20013 20014 20021 20022 20023 20024 20025 20027 20028 20029 20035 20036 20039 20042 20046 20048 20049 " +
		"20050 20063 20065 20066 20067 20068 20069 20070 20071 20072",
		Text{"只有打开协议页的人登录时才问", "only asked when a person logs in to the agreement page"}},
	{"卡片回传交互回调", "108002 200080 200340 200341 200342 200343 200345 200346 200347 " +
		"200530 200671 200672 200673 200830 300000",
		Text{"客户端给点按钮的人看的，不是接口的回答", "shown by the client to who pressed a button, no answer to a call"}},
	{"获取鉴权 token", "72000032", Text{"不调用：请求用签名", "not called: requests are signed"}},
	{"运营商3要素核身", "30503002 30503004 30503006", Text{"不调用：核验另有机构", "not called: somebody else verifies"}},
	{"个人账户创建", "53000000 53000001 53000002", notCalled},
	{"手机号三要素核验, 2021 年以前", "-1 -2 -3 -5 -10", Text{"现在的页面上没有了", "no longer on the page"}},
}

type elsewhereRow struct {
	page, codes string
	why         Text
}

var (
	notCalled   = Text{"不调用", "not called"}
	whenOverdue = Text{"只有等 HR 的超时很久时才调用", "only called when cases are long overdue"}
	whenLooking = Text{"只有 HR 查看原件时才调用", "only called when HR looks at originals"}
)

// NoScenario returns the documented codes without a scenario.
func NoScenario() []Elsewhere {
	var out []Elsewhere
	for _, r := range elsewhere {
		out = append(out, Elsewhere{r.page, strings.Fields(r.codes), r.why})
	}
	return out
}
