package bot

import "shiming/failure"

// codeRow says what a documented code means.
type codeRow struct {
	class   Class
	field   string        // for ClassMismatch
	login   failure.Login // for a web login, unless it follows from the class
	meaning string        // the platform's text, shortened
}

// codes has a row for each business code that the pages of the used APIs document; brackets hold the titles of the
// pages. A code without a row is ClassUnknown, which is permanent unless the HTTP status says otherwise.
var codes = map[int]codeRow{
	// Gateway [通用错误码, 频控策略].
	99991400: {class: ClassRetry, meaning: "rate limit; x-ogw-ratelimit-reset says how long"},
	99991401: {class: ClassConfig, meaning: "IP not on the app's whitelist"},
	99991403: {class: ClassQuota, meaning: "monthly API quota used up"},
	99991661: {class: ClassCredentials, meaning: "no token"},
	99991662: {class: ClassConfig, meaning: "app disabled"},
	99991663: {class: ClassCredentials, meaning: "tenant token expired or invalid"},
	99991664: {class: ClassCredentials, meaning: "app token illegal"},
	99991665: {class: ClassCredentials, meaning: "tenant token illegal"},
	99991668: {class: ClassBug, login: failure.LoginAgain, meaning: "user token is invalid"},
	99991671: {class: ClassCredentials, meaning: "token has a wrong format"},
	99991672: {class: ClassPermission, meaning: "app lacks a scope; its version must be published"},
	99991677: {class: ClassBug, login: failure.LoginAgain, meaning: "user token has expired"},
	99991679: {class: ClassBug, login: failure.LoginAgain, meaning: "user has not authorised"},
	99992351: {class: ClassGone, meaning: "open_id unknown"},
	99992354: {class: ClassBug, meaning: "message_id malformed"},
	99992361: {class: ClassConfig, meaning: "open_id belongs to another app"},
	99992402: {class: ClassBug, meaning: "field validation failed"},

	// Token [自建应用获取 tenant_access_token].
	10003: {class: ClassCredentials, meaning: "app_id or app_secret malformed"},
	10014: {class: ClassConfig, meaning: "app not usable"},
	10015: {class: ClassCredentials, meaning: "wrong app secret"},

	// Tenant token of a marketplace app [通用错误码]. Which of them a company answers that has removed the app is not
	// documented.
	10005: {class: ClassConfig, meaning: "data of app or tenant wrong"},
	10013: {class: ClassConfig, meaning: "no tenant token for this company"},
	11207: {class: ClassConfig, meaning: "app not usable in the tenant"},
	11210: {class: ClassConfig, meaning: "app not installed in the tenant"},

	// Web login [获取授权码, 获取 user_access_token, 获取用户信息, and the older versions of the last two].
	20001: {class: ClassBug, meaning: "parameter missing"},
	20063: {class: ClassBug, meaning: "parameter malformed"},
	20036: {class: ClassBug, meaning: "grant_type"},
	20067: {class: ClassBug, meaning: "scope twice"},
	20068: {class: ClassBug, meaning: "scope was not asked for at the login"},
	20070: {class: ClassBug, meaning: "secret in header and body"},
	20071: {class: ClassBug, meaning: "redirect_uri differs from that of the login"},
	20002: {class: ClassCredentials, meaning: "wrong client id or secret"},
	20025: {class: ClassCredentials, meaning: "older versions: app id or secret missing"},
	20028: {class: ClassCredentials, meaning: "older versions: wrong app id"},
	20035: {class: ClassCredentials, meaning: "older versions: wrong app secret"},
	20013: {class: ClassCredentials, meaning: "older versions: tenant token invalid"},
	20014: {class: ClassCredentials, meaning: "older versions: app token invalid"},
	20003: {class: ClassPerson, meaning: "code is unknown, or was used"},
	20065: {class: ClassPerson, meaning: "code was used, as by a reload of the page"},
	20004: {class: ClassPerson, meaning: "code is older than five minutes"},
	20005: {class: ClassPerson, meaning: "user token invalid"},
	20007: {class: ClassPerson, meaning: "older versions: token was not generated"},
	20039: {class: ClassPerson, meaning: "older versions: user token not found"},
	20049: {class: ClassPerson, meaning: "PKCE check failed"},
	20008: {class: ClassGone, meaning: "user does not exist"},
	20066: {class: ClassGone, meaning: "user is not active"},
	20021: {class: ClassGone, meaning: "user has resigned"},
	20022: {class: ClassGone, meaning: "user is frozen"},
	20023: {class: ClassGone, meaning: "user is not registered"},
	20009: {class: ClassConfig, login: failure.LoginRefused, meaning: "app not installed in the tenant"},
	20010: {class: ClassPermission, login: failure.LoginRefused, meaning: "user is outside the app's availability"},
	20042: {class: ClassConfig, login: failure.LoginRefused, meaning: "app is disabled"},
	20048: {class: ClassConfig, login: failure.LoginRefused, meaning: "app does not exist"},
	20069: {class: ClassConfig, login: failure.LoginRefused, meaning: "app is not enabled"},
	20024: {class: ClassConfig, meaning: "code of another app"},
	20027: {class: ClassPermission, meaning: "app lacks a scope that the login asks for"},
	20029: {class: ClassConfig, meaning: "redirect URL is not listed in the console"},
	20046: {class: ClassConfig, meaning: "Feishu app on a Lark host, or the reverse"},
	20050: {class: ClassRetry, meaning: "internal (HTTP 500); the code may be spent"},
	20072: {class: ClassRetry, meaning: "out of service for now (HTTP 503)"},

	// Messages [发送消息, 回复消息, 更新已发送的消息卡片, 撤回消息].
	230001: {class: ClassBug, meaning: "bad parameter"},
	230002: {class: ClassReceiver, meaning: "bot is not in the group"},
	230006: {class: ClassConfig, meaning: "bot ability is off"},
	230009: {class: ClassGone, meaning: "too old to be recalled"},
	230011: {class: ClassGone, meaning: "message was recalled"},
	230013: {class: ClassReceiver, meaning: "person is outside the app's availability"},
	230015: {class: ClassBug, meaning: "p2p chat cannot be shared"},
	230017: {class: ClassBug, meaning: "not the bot's own resource"},
	230018: {class: ClassReceiver, meaning: "group settings forbid it"},
	230019: {class: ClassGone, meaning: "topic does not exist"},
	230020: {class: ClassRetry, meaning: "frequency limit of the message APIs"},
	230022: {class: ClassDLP, meaning: "sensitive content"},
	230025: {class: ClassCard, meaning: "longer than 30 KB"},
	230026: {class: ClassBug, meaning: "not ours to recall"},
	230027: {class: ClassPermission, meaning: "lack of permission, or an external group"},
	230028: {class: ClassDLP, meaning: "data leak audit: a plain phone number, an e-mail address"},
	230029: {class: ClassReceiver, meaning: "person has resigned"},
	230031: {class: ClassGone, meaning: "card is older than 14 days"},
	230034: {class: ClassReceiver, meaning: "receive_id invalid"},
	230033: {class: ClassGone, meaning: "readers: message is older than seven days"},
	230035: {class: ClassReceiver, meaning: "not allowed to speak: group muted, bot blocked, tenant rule"},
	230036: {class: ClassConfig, meaning: "tenant's encryption key was deleted"},
	230038: {class: ClassReceiver, meaning: "p2p chat across tenants"},
	230049: {class: ClassRetry, meaning: "message is being sent; the same uuid again"},
	230050: {class: ClassGone, meaning: "message invisible to the bot"},
	230053: {class: ClassReceiver, meaning: "person has stopped the bot"},
	230054: {class: ClassReceiver, meaning: "cards are not available in this kind of group"},
	230055: {class: ClassBug, meaning: "file type differs from message type"},
	230071: {class: ClassBug, meaning: "group has no replies in thread"},
	230072: {class: ClassBug, meaning: "aggregated messages have no replies in thread"},
	230075: {class: ClassReceiver, meaning: "encrypted chat"},
	230099: {class: ClassCard, meaning: "card could not be created; see the sub-code"},
	230110: {class: ClassGone, meaning: "message was deleted"},
	230111: {class: ClassGone, meaning: "message deletes itself soon"},

	// 加急 and batch messages [发送应用内加急, 批量发送消息].
	10023:  {class: ClassPermission, meaning: "urgent, older: app lacks the scope"},
	230012: {class: ClassBug, meaning: "urgent: not the sender"},
	230023: {class: ClassQuota, meaning: "urgent: person has over 200 unread"},
	230024: {class: ClassQuota, meaning: "urgent: quota used up"},
	230052: {class: ClassPermission, meaning: "urgent: not allowed"},
	230098: {class: ClassConfig, meaning: "urgent: conversation is folded"},
	11203:  {class: ClassBug, meaning: "batch: bad parameter"},
	11232:  {class: ClassRetry, meaning: "throttled, as at full and half hours"},
	11233:  {class: ClassRetry, meaning: "batch: throttled"},
	11247:  {class: ClassQuota, meaning: "batch: 500,000 a day"},

	// Sub-codes of 230099, should they come by themselves [发送消息, 230099 子错误码].
	11310:  {class: ClassCard, meaning: "too many elements, or the card is locked by a click"},
	100290: {class: ClassCard, meaning: "invalid person in the card"},
	200380: {class: ClassCard, meaning: "template does not exist"},
	200381: {class: ClassCard, meaning: "template not visible to the app"},
	200550: {class: ClassCard, meaning: "chart"},
	200570: {class: ClassCard, meaning: "image key"},
	200621: {class: ClassCard, meaning: "card JSON: unknown property or bad syntax"},
	200732: {class: ClassCard, meaning: "template variable of another type"},
	200737: {class: ClassCard, meaning: "template variable"},
	200800: {class: ClassRetry, meaning: "seen on patches shortly after a click, cause unknown"},
	200861: {class: ClassCard, meaning: "tag not allowed in JSON 2.0"},
	200914: {class: ClassCard, meaning: "table"},
	200915: {class: ClassCard, meaning: "table"},

	// Pictures and files, down and up [获取消息中的资源文件, 上传图片, 上传文件].
	232096: {class: ClassRetry, meaning: "upload: writing has stopped for now"},
	234001: {class: ClassBug, meaning: "bad parameter"},
	234002: {class: ClassPermission, meaning: "unauthorised (HTTP 401)"},
	234003: {class: ClassGone, meaning: "file is not in this message"},
	234004: {class: ClassGone, meaning: "app is not in the chat"},
	234006: {class: ClassBug, meaning: "upload: picture larger than 10 MB, file than 30 MB"},
	234007: {class: ClassConfig, meaning: "bot ability is off"},
	234008: {class: ClassBug, meaning: "not the app's own image"},
	234009: {class: ClassPerson, meaning: "not in external groups"},
	234010: {class: ClassBug, meaning: "upload: empty"},
	234011: {class: ClassBug, meaning: "upload: format"},
	234019: {class: ClassRetry, meaning: "scope check failed, try again"},
	234037: {class: ClassPerson, meaning: "larger than 100 MB"},
	234038: {class: ClassPerson, meaning: "restricted mode: confidential message or group"},
	234039: {class: ClassBug, meaning: "upload: resolution"},
	234040: {class: ClassGone, meaning: "message invisible to the bot"},
	234041: {class: ClassConfig, meaning: "tenant's encryption key was deleted"},
	234042: {class: ClassQuota, meaning: "tenant's storage failed or is full"},
	234043: {class: ClassPerson, meaning: "forwarded messages and cards give no files"},

	// Directory [获取单个用户信息].
	40001: {class: ClassBug, meaning: "bad parameter"},
	41012: {class: ClassBug, meaning: "user id invalid"},
	41050: {class: ClassPermission, meaning: "person is outside the app's directory range"},

	// Departments [获取单个部门信息].
	40003: {class: ClassRetry, meaning: "department: internal"},
	40004: {class: ClassPermission, meaning: "department is outside the app's directory range"},
	42008: {class: ClassConfig, meaning: "department: app not usable in the tenant"},

	// Lists of departments and people [获取子部门列表, 获取部门直属用户列表, 获取通讯录授权范围].
	40008: {class: ClassGone, meaning: "department does not exist"},
	40011: {class: ClassBug, meaning: "page_size invalid"},
	40012: {class: ClassGone, meaning: "page_token invalid, or not valid any more"},
	40014: {class: ClassPermission, meaning: "parent department is outside the app's directory range"},
	43007: {class: ClassBug, meaning: "department_id twice in the tenant"},
	43010: {class: ClassConfig, meaning: "department is too large to be listed with all below it"},

	// Groups [获取群成员列表].
	232001: {class: ClassBug, meaning: "bad parameter"},
	232004: {class: ClassConfig, meaning: "app does not exist"},
	232006: {class: ClassConfig, meaning: "chat_id invalid"},
	232009: {class: ClassReceiver, meaning: "group was dissolved"},
	232010: {class: ClassConfig, meaning: "group of another tenant"},
	232011: {class: ClassConfig, meaning: "bot is not in the group"},
	232025: {class: ClassConfig, meaning: "bot ability is off"},
	232033: {class: ClassPermission, meaning: "external groups"},
	232034: {class: ClassConfig, meaning: "app not installed or not active in the tenant"},

	// OCR [识别文件中的身份证, 识别文件中的港澳居民来往内地通行证, 识别文件中的台湾居民来往大陆通行证, 识别文件中的中国护照].
	2110001: {class: ClassPerson, meaning: "file is bad"},
	2110002: {class: ClassPerson, meaning: "nothing was recognised"},
	2110003: {class: ClassQuota, meaning: "bought quota is used up"},
	2110010: {class: ClassRetry, meaning: "internal"},

	// Identity [录入身份信息].
	1291001: {class: ClassRetry, meaning: "upload failed, documented as: try again"},
	1291002: {class: ClassMismatch, field: "identity_name", meaning: "differs from the bound name"},
	1291003: {class: ClassMismatch, field: "identity_code", meaning: "differs from the bound number"},
	1291004: {class: ClassMismatch, field: "mobile", meaning: "differs from the bound mobile"},
	1291010: {class: ClassBug, meaning: "empty parameter"},

	// Face [上传人脸基准图片, 裁剪人脸图片, 查询人脸认证结果].
	10100: {class: ClassBug, meaning: "bad or unauthorised request"},
	10101: {class: ClassRetry, meaning: "try again"},
	10200: {class: ClassPerson, meaning: "no face could be cut out"},
}

// tokenRefused lists the codes after which the client drops the token and makes the call once more. The gateway returns
// them before it executes the call.
var tokenRefused = map[int]bool{99991661: true, 99991663: true, 99991664: true, 99991665: true, 99991671: true}

// codeCard and codeLocked report a card that a click has locked for a moment: the code is 230099, and its text has
// "ErrCode: 11310" and "card action is lock". With another text, 11310 means too many elements.
const (
	codeCard   = 230099
	codeLocked = 11310
)
