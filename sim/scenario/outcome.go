package scenario

// Outcome is what follows from a documented error code.
type Outcome string

const (
	Again   Outcome = "again"   // the bot tries again by itself
	Asks    Outcome = "asks"    // the bot tells the person what to correct
	Stops   Outcome = "stops"   // the step waits until the cause is corrected; HR is told once for each cause
	Decides Outcome = "decides" // the step waits for HR's decision
	Unclear Outcome = "unclear" // the platform may have acted all the same: a person decides
	Later   Outcome = "later"   // a card update waits until it succeeds; the case goes on
	Unseen  Outcome = "unseen"  // a card is not updated; the case goes on
	Renews  Outcome = "renews"  // a new message replaces one that is gone; the case goes on
	Without Outcome = "without" // the case goes on without the result of the call
)

// outcomes has the texts of the outcomes.
var outcomes = map[Outcome]Text{
	Again: {"自动再试", "tried again by itself"},
	Asks:  {"告诉员工要改什么", "the person is told what to put right"},
	Stops: {"这一步停下，同一个原因只通知 HR 一次；改好后点重试，或每两分钟自动再试",
		"the step stops and HR is told once for each cause; " +
			"it goes on by retrying, or within two minutes when it is put right"},
	Decides: {"这一步停下，等 HR 重试或关闭，不会自动再试", "the step stops until HR retries or closes the case; nothing is tried by itself"},
	Unclear: {"可能已经做了：不自动再做，由人决定", "may have been done: not repeated by itself, somebody decides"},
	Later: {"卡片先显示不了，记入日志，一天多之内每几分钟再试；实名继续",
		"a card cannot be shown, which is logged and tried every few minutes for a day and two hours; the case goes on"},
	Unseen: {"卡片没有显示出来，记入日志，下次有变化再画；实名继续",
		"a card is not shown, which is logged, until the next change draws it; the case goes on"},
	Renews:  {"换一条新消息；实名继续", "another message takes its place; the case goes on"},
	Without: {"不用它；表单里的手机号由员工自己填", "done without: the person types the mobile"},
}

// Texts that people read, in Chinese: the beginning of the sentence that names the cause.
const (
	lacksScope   = "应用缺少权限"
	usedUp       = "额度用完了"
	wrongSetting = "有一项配置不对"
	badKey       = "账号或密钥不被接受"
	clockOff     = "服务器时间不准，请求被拒"
	notListed    = "对方只接受名单里的服务器地址"
	supplierSide = "核验机构那边的账号、权限或额度有问题"
	unforeseen   = "程序发出的请求不合对方的要求"
	uploadOther  = "照片传到 e签宝存储时和声明的对不上"
	boundName    = "飞书里这位员工已经绑定了另一个姓名"
	boundNumber  = "飞书里这位员工已经绑定了另一个证件号"
	boundMobile  = "飞书里这位员工已经绑定了另一个手机号"
	fieldRefused = "e签宝不接受存证里的某一项"
	packageEmpty = "短信套餐包用完了"
	dayLimit     = "今天的短信发送量到了上限"
	badTemplate  = "短信签名或模板没有过审"
	inArrears    = "腾讯云账号欠费"
	refusedIt    = "对方拒绝了这次请求"
	isGone       = "消息、群或这位员工已经不在了"
	notTaken     = "核验机构不接受这位员工的姓名、证件号或手机号"
	noChecksLeft = "今天的核验次数用完了"

	photoDeleted = "照片被撤回了，没能读到"
	photoFailed  = "照片没能取下来"
	photoLarge   = "图片太大了"
	photoSecret  = "这条消息或聊天开了保密，我取不到图片"
	photoFormat  = "这种图片格式读不了"
	photoBroken  = "这个图片文件打不开"
	photoNothing = "照片里没找到身份证"

	nameDiffers   = "核验机构不接受这个姓名"
	numberDiffers = "核验机构不接受这个证件号"
	mobileDiffers = "核验机构不接受这个手机号"
	threeDiffer   = "姓名、身份证号和手机号没有对上"
	noRecord      = "运营商那边查不到这个手机号的实名记录"

	badRule      = "腾讯云不认人脸核身的 RuleId"
	faceDiffers  = "人脸和这个姓名、身份证号的权威照片没有对上"
	faceUnknown  = "权威库里没有可以用来比对的照片"
	faceGone     = "查不到这次的结果了"
	faceLate     = "链接过期了，没有结果"
	faceTooOften = "试的次数太多了"
	faceToday    = "今天刷脸的次数到上限了"
	faceOtherOne = "结果是另一个人的，不算数"
	faceCard     = "身份证没有扫成"
	faceNotLive  = "没有认出是真人"
	faceLight    = "光线不合适"
	faceDistance = "脸离镜头太近"
	faceNetwork  = "网络断了"
	faceUnclear  = "没有拍清楚"
	faceTrouble  = "核验服务出了点问题"

	mobileInvalid = "这个号码不是有效的手机号"
	mobileBlocked = "这个手机号收不了验证码"
	mobileRange   = "这个号段发不了验证码"
	tooManyCodes  = "这个号码发得太频繁了"
	tooManyHour   = "这个号码一小时内收的验证码太多了"
	tooManyToday  = "这个号码今天不能再收验证码了"
	maybeSent     = "不确定验证码有没有发到"
)

// nextSteps gives, for each sentence that names a cause, the words of the same text that say what to do. The step leads
// on from there: it is on the card, or it is what the person named can do elsewhere.
var nextSteps = map[string]string{
	lacksScope:   "补上并发布，之后点重试",
	usedUp:       "请管理员续费或提额，之后点重试",
	wrongSetting: "请管理员检查配置，改好后点重试",
	badKey:       "请管理员检查配置，改好后点重试",
	clockOff:     "请管理员校准时间后重试",
	notListed:    "加到 e签宝应用的白名单，几分钟后点重试",
	supplierSide: "请管理员到对方控制台检查，改好后点重试",
	unforeseen:   "把错误码和日志号发给管理员",
	uploadOther:  "请管理员检查出网代理，改好后点重试",
	fieldRefused: "esign.evidence_revision",
	boundName:    "退回给员工核对",
	boundNumber:  "退回给员工核对",
	boundMobile:  "退回给员工",
	packageEmpty: "续购，之后点重试",
	dayLimit:     "明天会自动继续",
	badTemplate:  "核对签名和模板，改好后点重试",
	inArrears:    "请管理员充值，之后点重试",
	refusedIt:    "请按错误码查原因，改好后点重试",
	isGone:       "请确认后关闭这件",
	notTaken:     "填错了就关闭这件，请员工重新开始",
	noChecksLeft: "明天再点重试",

	photoDeleted: "请重新发一次",
	photoFailed:  "请重新发一次",
	photoLarge:   "请直接用手机拍一张发来",
	photoSecret:  "请关掉保密后重发，或者找 HR 帮忙",
	photoFormat:  "请发 JPG 或 PNG",
	photoBroken:  "请用手机重新拍一张",
	photoNothing: "请把整张身份证放进画面",

	nameDiffers:   "请对照身份证核对，填错了就改好再提交",
	numberDiffers: "请对照身份证逐位核对，填错了就改好再提交",
	mobileDiffers: "请换成用你本人身份证办理的号码",
	threeDiffer:   "手机号要是用你本人身份证办理的",
	noRecord:      "请换一个用你本人身份证办理的号码",

	badRule:      "审核通过并启用后点重试",
	faceDiffers:  "请确认信息没填错、由你本人来做",
	faceUnknown:  "请换一种方式",
	faceGone:     "请重新做一次",
	faceLate:     "需要的话重新做",
	faceTooOften: "可以过一会儿重新做",
	faceToday:    "明天再做",
	faceOtherOne: "请你本人打开这里的链接",
	faceCard:     "请用有效的身份证再做一次",
	faceNotLive:  "请本人对着镜头做",
	faceLight:    "请换个亮一点",
	faceDistance: "请再做一次",
	faceNetwork:  "请换个网络再做一次",
	faceUnclear:  "请再做一次",
	faceTrouble:  "请过一会儿再做",

	mobileInvalid: "请改一下",
	mobileBlocked: "请换一个号码",
	mobileRange:   "请换一个手机号",
	tooManyCodes:  "请过半分钟再点重新发送",
	tooManyHour:   "请一小时后再点重新发送",
	tooManyToday:  "请明天再点重新发送",
	maybeSent:     "收到了就直接填",
}

// Next returns the words that say what to do, on the same card as Says; "" if nobody has to act.
func (c Refusal) Next() string { return nextSteps[c.Says] }
