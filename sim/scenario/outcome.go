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
	Later: {"卡片先显示不了，记入日志，每两分钟再试；实名继续",
		"a card cannot be shown, which is logged and tried every two minutes; the case goes on"},
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
	unforeseen   = "程序没料到这种情况"
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

	nameDiffers   = "姓名和登记的对不上"
	numberDiffers = "身份证号和登记的对不上"
	mobileDiffers = "手机号和登记的对不上"
	threeDiffer   = "姓名、身份证号和手机号没有对上"
	noRecord      = "运营商那边查不到这个手机号的实名记录"

	mobileInvalid = "这个号码不是有效的手机号"
	mobileBlocked = "这个手机号收不了验证码"
	mobileRange   = "这个号段发不了验证码"
	tooManyCodes  = "这个号码发得太频繁了"
	tooManyHour   = "这个号码一小时内收的验证码太多了"
	tooManyToday  = "这个号码今天不能再收验证码了"
	maybeSent     = "不确定验证码有没有发到"
)
