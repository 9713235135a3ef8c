package bot

// verdict is what a documented code means.
type verdict struct {
	class Class
	field string // for ClassMismatch
	about string // the platform's own words, shortened
}

// verdicts has a row for each business code that the pages of the APIs used here document (the pages' titles in
// brackets). Codes without a row are ClassUnknown: permanent, unless the HTTP status says otherwise.
var verdicts = map[int]verdict{
	// Gateway [通用错误码, 频控策略].
	99991400: {class: ClassRetry, about: "rate limit; x-ogw-ratelimit-reset says how long"},
	99991401: {class: ClassConfig, about: "IP not on the app's whitelist"},
	99991403: {class: ClassQuota, about: "monthly API quota used up"},
	99991661: {class: ClassCredentials, about: "no token"},
	99991662: {class: ClassConfig, about: "app disabled"},
	99991663: {class: ClassCredentials, about: "tenant token expired or invalid"},
	99991664: {class: ClassCredentials, about: "app token illegal"},
	99991665: {class: ClassCredentials, about: "tenant token illegal"},
	99991668: {class: ClassBug, about: "user token, which is never used here"},
	99991671: {class: ClassCredentials, about: "token has a wrong format"},
	99991672: {class: ClassPermission, about: "app lacks a scope; its version must be published"},
	99991677: {class: ClassBug, about: "user token, which is never used here"},
	99991679: {class: ClassBug, about: "user token, which is never used here"},
	99992351: {class: ClassGone, about: "open_id unknown"},
	99992354: {class: ClassBug, about: "message_id malformed"},
	99992361: {class: ClassConfig, about: "open_id belongs to another app"},
	99992402: {class: ClassBug, about: "field validation failed"},

	// Token [自建应用获取 tenant_access_token].
	10003: {class: ClassCredentials, about: "app_id or app_secret malformed"},
	10014: {class: ClassConfig, about: "app not usable"},
	10015: {class: ClassCredentials, about: "wrong app secret"},

	// Messages [发送消息, 回复消息, 更新已发送的消息卡片, 撤回消息].
	230001: {class: ClassBug, about: "bad parameter"},
	230002: {class: ClassConfig, about: "bot is not in the group"},
	230006: {class: ClassConfig, about: "bot ability is off"},
	230009: {class: ClassGone, about: "too old to be recalled"},
	230011: {class: ClassGone, about: "message was recalled"},
	230013: {class: ClassGone, about: "person is outside the app's availability"},
	230015: {class: ClassBug, about: "p2p chat cannot be shared"},
	230017: {class: ClassBug, about: "not the bot's own resource"},
	230018: {class: ClassConfig, about: "group settings forbid it"},
	230019: {class: ClassGone, about: "topic does not exist"},
	230020: {class: ClassRetry, about: "frequency limit of the message APIs"},
	230022: {class: ClassDLP, about: "sensitive content"},
	230025: {class: ClassCard, about: "longer than 30 KB"},
	230026: {class: ClassBug, about: "not ours to recall"},
	230027: {class: ClassPermission, about: "lack of permission, or an external group"},
	230028: {class: ClassDLP, about: "data leak audit: a plain phone number, an e-mail address"},
	230029: {class: ClassGone, about: "person has resigned"},
	230031: {class: ClassGone, about: "card is older than 14 days"},
	230034: {class: ClassConfig, about: "receive_id invalid"},
	230035: {class: ClassConfig, about: "not allowed to speak: group muted, bot blocked, tenant rule"},
	230036: {class: ClassConfig, about: "tenant's encryption key was deleted"},
	230038: {class: ClassGone, about: "p2p chat across tenants"},
	230049: {class: ClassRetry, about: "message is being sent; the same uuid again"},
	230050: {class: ClassGone, about: "message invisible to the bot"},
	230053: {class: ClassGone, about: "person has stopped the bot"},
	230054: {class: ClassConfig, about: "cards are not available in this kind of group"},
	230055: {class: ClassBug, about: "file type differs from message type"},
	230071: {class: ClassBug, about: "group has no replies in thread"},
	230072: {class: ClassBug, about: "aggregated messages have no replies in thread"},
	230075: {class: ClassConfig, about: "encrypted chat"},
	230099: {class: ClassCard, about: "card could not be created; see the sub-code"},
	230110: {class: ClassGone, about: "message was deleted"},
	230111: {class: ClassGone, about: "message deletes itself soon"},

	// 加急 and batch messages [发送应用内加急, 批量发送消息].
	230012: {class: ClassBug, about: "urgent: not the sender"},
	230023: {class: ClassQuota, about: "urgent: person has over 200 unread"},
	230024: {class: ClassQuota, about: "urgent: quota used up"},
	230052: {class: ClassPermission, about: "urgent: not allowed"},
	230098: {class: ClassConfig, about: "urgent: conversation is folded"},
	11203:  {class: ClassBug, about: "batch: bad parameter"},
	11232:  {class: ClassRetry, about: "throttled, as at full and half hours"},
	11233:  {class: ClassRetry, about: "batch: throttled"},
	11247:  {class: ClassQuota, about: "batch: 500,000 a day"},

	// Sub-codes of 230099, should they come by themselves [发送消息, 230099 子错误码].
	11310:  {class: ClassCard, about: "too many elements, or the card is locked by a click"},
	100290: {class: ClassCard, about: "invalid person in the card"},
	200380: {class: ClassCard, about: "template does not exist"},
	200381: {class: ClassCard, about: "template not visible to the app"},
	200550: {class: ClassCard, about: "chart"},
	200570: {class: ClassCard, about: "image key"},
	200621: {class: ClassCard, about: "card JSON: unknown property or bad syntax"},
	200732: {class: ClassCard, about: "template variable of another type"},
	200737: {class: ClassCard, about: "template variable"},
	200800: {class: ClassRetry, about: "seen on patches shortly after a click, cause unknown"},
	200861: {class: ClassCard, about: "tag not allowed in JSON 2.0"},
	200914: {class: ClassCard, about: "table"},
	200915: {class: ClassCard, about: "table"},

	// Pictures, down and up [获取消息中的资源文件, 上传图片].
	232096: {class: ClassRetry, about: "upload: writing has stopped for now"},
	234001: {class: ClassBug, about: "bad parameter"},
	234002: {class: ClassPermission, about: "unauthorised (HTTP 401)"},
	234003: {class: ClassGone, about: "file is not in this message"},
	234004: {class: ClassGone, about: "app is not in the chat"},
	234006: {class: ClassBug, about: "upload: larger than 10 MB"},
	234007: {class: ClassConfig, about: "bot ability is off"},
	234008: {class: ClassBug, about: "not the app's own image"},
	234009: {class: ClassPerson, about: "not in external groups"},
	234010: {class: ClassBug, about: "upload: empty"},
	234011: {class: ClassBug, about: "upload: format"},
	234019: {class: ClassRetry, about: "scope check failed, try again"},
	234037: {class: ClassPerson, about: "larger than 100 MB"},
	234038: {class: ClassPerson, about: "restricted mode: confidential message or group"},
	234039: {class: ClassBug, about: "upload: resolution"},
	234040: {class: ClassGone, about: "message invisible to the bot"},
	234041: {class: ClassConfig, about: "tenant's encryption key was deleted"},
	234042: {class: ClassQuota, about: "tenant's storage failed or is full"},
	234043: {class: ClassPerson, about: "forwarded messages and cards give no files"},

	// Directory [获取单个用户信息].
	40001: {class: ClassBug, about: "bad parameter"},
	41012: {class: ClassBug, about: "user id invalid"},
	41050: {class: ClassPermission, about: "person is outside the app's directory range"},

	// Groups [获取群成员列表].
	232001: {class: ClassBug, about: "bad parameter"},
	232004: {class: ClassConfig, about: "app does not exist"},
	232006: {class: ClassConfig, about: "chat_id invalid"},
	232009: {class: ClassGone, about: "group was dissolved"},
	232010: {class: ClassConfig, about: "group of another tenant"},
	232011: {class: ClassConfig, about: "bot is not in the group"},
	232025: {class: ClassConfig, about: "bot ability is off"},
	232033: {class: ClassPermission, about: "external groups"},
	232034: {class: ClassConfig, about: "app not installed or not active in the tenant"},

	// OCR [识别文件中的身份证].
	2110001: {class: ClassPerson, about: "file is bad"},
	2110002: {class: ClassPerson, about: "nothing was recognised"},
	2110003: {class: ClassQuota, about: "bought quota is used up"},
	2110010: {class: ClassRetry, about: "internal"},

	// Identity [录入身份信息].
	1291001: {class: ClassRetry, about: "upload failed, documented as: try again"},
	1291002: {class: ClassMismatch, field: "identity_name", about: "differs from the bound name"},
	1291003: {class: ClassMismatch, field: "identity_code", about: "differs from the bound number"},
	1291004: {class: ClassMismatch, field: "mobile", about: "differs from the bound mobile"},
	1291010: {class: ClassBug, about: "empty parameter"},

	// Face [上传人脸基准图片, 裁剪人脸图片, 查询人脸认证结果].
	10100: {class: ClassBug, about: "bad or unauthorised request"},
	10101: {class: ClassRetry, about: "try again"},
	10200: {class: ClassPerson, about: "no face could be cut out"},
}

// tokenRefused lists the codes after which the token is dropped and the call made once more: the gateway stopped it, so
// nothing happened.
var tokenRefused = map[int]bool{99991661: true, 99991663: true, 99991664: true, 99991665: true, 99991671: true}

// codeCard and codeLocked: a card that is being clicked on is locked for a moment, which is reported as 230099 with
// "ErrCode: 11310" and the words "card action is lock"; the same number otherwise means too many elements.
const (
	codeCard   = 230099
	codeLocked = 11310
)
