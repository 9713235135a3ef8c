package scenario

import (
	"shiming/sim/esign"
	"shiming/sim/tencent"
)

// Names of the platforms in the record of calls.
const (
	feishuName  = "feishu"
	esignName   = "esign"
	tencentName = "tencent"

	// The company's own systems, which hear of a registration when it is done.
	handoverName = "handover"
	sdkName      = "sdk"
)

// Text is a text in both languages.
type Text struct{ ZH, EN string }

// Repeat describes the effect of making a call a second time.
type Repeat string

const (
	Harmless  Repeat = "harmless"  // no further effect
	SecondSMS Repeat = "sms"       // sends another text message
	Doubles   Repeat = "doubles"   // would write the record twice
	Once      Repeat = "once"      // the result is handed out once, so that a lost answer is gone
	Unneeded  Repeat = "unneeded"  // no further effect, and the case does not wait for the result
	Redeliver Repeat = "redeliver" // the platform itself repeats the call
)

// Proof is the credential that a request carries.
type Proof string

const (
	NoProof   Proof = ""          // the URL is enough
	Token     Proof = "token"     // a token that the bot can fetch again
	Secret    Proof = "secret"    // the application's secret
	Signature Proof = "signature" // a signature over the request and the time
)

// Step is the action in a registration that makes the bot call.
type Step string

const (
	Start   Step = "start"     // the person asks to register
	Consent Step = "consent"   // the person consents
	Photos  Step = "photos"    // the person sends both photos
	Odd     Step = "odd_photo" // the person sends something that is no usable photo
	Form    Step = "form"      // the person confirms the form
	Code    Step = "code"      // the person types the code
	Review  Step = "review"    // HR approves

	Face      Step = "face"       // the person agrees to the check by face
	FaceShown Step = "face_shown" // the person has gone through the supplier's page for the face
)

// Call is a call of the bot to a platform or, for feishu.push, of the platform to the bot.
type Call struct {
	Name      string // stable, e.g. feishu.ocr
	Upstream  string // as in wire.Fault
	Operation string // as in wire.Fault; "" for feishu.push
	Text      Text   // purpose
	At        Step
	Repeat    Repeat
	Proof     Proof
	Reads     bool // an HTTP GET, which Go's client repeats by itself when a kept connection breaks
	Twice     bool // the bot makes it once for each photo, in parallel
	Picture   bool // the answer is a picture instead of JSON
	Blind     bool // the bot reads nothing of a good answer
	Follows   bool // the case is done before, whatever becomes of the call
	// First means that the bot makes no other call to the platform between the step and this call. After is the
	// operation that comes directly before, with Many answers. If neither is set, a fault cannot refuse the connection
	// of this call without that of another call.
	First bool
	After string
	Many  int
	waits Sight
	slow  Sight
}

// isPersistent reports whether the fault occurs three times in a row, so that people read that the step takes long. The
// bot repeats a call that must not happen twice only after a clear refusal; any other failure stops the step at once.
func (c Call) isPersistent(f Fault) bool {
	if c.Upstream == handoverName {
		return false // the third attempt comes after minutes, and nobody reads of it
	}
	if c.Repeat == SecondSMS || c.Repeat == Doubles || c.Repeat == Once {
		return f.Name == "rate_limit"
	}
	return f.Name == "server_down"
}

// quiet reports whether the bot may have no failure to report for the fault.
func (c Call) quiet(f Fault) bool {
	switch f.Name {
	case "slow":
		return true
	case "token_dead":
		return c.Proof == Token
	case "wrong_schema":
		return c.Blind
	case "not_json":
		return c.Upstream == handoverName // its status counts
	case "lost_answer", "reset":
		return c.Reads
	case "truncated":
		return c.Picture || c.Upstream == handoverName // the bot takes half a picture for a picture
	case "clock_off":
		return c.Repeat == Redeliver
	}
	return false
}

// Cards that people see while they wait, and their texts when a step takes long.
var (
	reading   = Sight{Person, []string{"正在识别照片", "照片收到了，正在识别"}}
	readSlow  = Sight{Person, []string{"识别服务现在有点慢，会自动重试，你不用做什么"}}
	checking  = Sight{Person, []string{"正在核验", "正在向核验机构确认你的信息"}}
	recording = Sight{Person, []string{"正在登记", "审核通过了，正在飞书登记实名信息"}}
	filing    = Sight{Person, []string{"正在存证", "实名信息已登记，正在存证"}}
	slow      = Sight{Person, []string{"对方系统现在有点慢，会自动重试，你不用做什么"}}
	sending   = Sight{Person, []string{"输入短信验证码", "发验证码，几秒就到"}}
	sendSlow  = Sight{Person, []string{"输入短信验证码", "短信服务现在不通，会自动重试"}}
)

// commonCalls is in the order of a registration.
var commonCalls = []Call{
	{
		Name:     "feishu.push",
		Upstream: feishuName,
		At:       Start,
		Repeat:   Redeliver,
		Proof:    Signature,
		Text:     Text{"飞书把员工的消息推给机器人", "Feishu pushes what people do to the bot"},
	},
	{
		Name:      "feishu.token",
		Upstream:  feishuName,
		Operation: "token",
		At:        Photos,
		Repeat:    Harmless,
		Proof:     Secret,
		Text:      Text{"取飞书的访问凭证", "getting Feishu's access token"},
	},
	{
		Name:      "feishu.send",
		Upstream:  feishuName,
		Operation: "message.create",
		At:        Start,
		Repeat:    Harmless,
		Proof:     Token,
		First:     true,
		Text:      Text{"发一张新卡片", "sending a card"},
	},
	{
		Name:      "feishu.contact",
		Upstream:  feishuName,
		Operation: "contact.user.get",
		At:        Consent,
		Repeat:    Unneeded,
		Proof:     Token,
		Reads:     true,
		After:     "authen.user_info",
		Text:      Text{"查通讯录里的姓名和手机号", "looking up name and mobile in the directory"},
	},
	{
		Name:      "feishu.reply",
		Upstream:  feishuName,
		Operation: "message.reply",
		At:        Odd,
		Repeat:    Harmless,
		Proof:     Token,
		Text:      Text{"回复一张有问题的照片", "answering a photo that is no good"},
	},
	{
		Name:      "feishu.patch",
		Upstream:  feishuName,
		Operation: "message.patch",
		At:        Photos,
		Repeat:    Harmless,
		Proof:     Token,
		Blind:     true,
		First:     true,
		Text:      Text{"更新已发出的卡片", "changing a card that was sent"},
	},
	{
		Name:      "feishu.download",
		Upstream:  feishuName,
		Operation: "resource.get",
		At:        Photos,
		Repeat:    Harmless,
		Proof:     Token,
		Reads:     true,
		Twice:     true,
		Picture:   true,
		waits:     reading,
		slow:      readSlow,
		First:     true,
		Text:      Text{"取员工发来的照片", "fetching a photo from the chat"},
	},
	{
		Name:      "feishu.ocr",
		Upstream:  feishuName,
		Operation: "id_card.recognize",
		At:        Photos,
		Repeat:    Harmless,
		Proof:     Token,
		Twice:     true,
		waits:     reading,
		slow:      readSlow,
		After:     "resource.get",
		Many:      2,
		Text:      Text{"识别身份证照片", "reading a photo of the ID card"},
	},
	{
		Name:      "tencent.sms",
		Upstream:  tencentName,
		Operation: "SendSms",
		At:        Form,
		Repeat:    SecondSMS,
		Proof:     Signature,
		waits:     sending,
		slow:      sendSlow,
		First:     true,
		Text:      Text{"发短信验证码", "sending the code"},
	},
	{
		Name:      "tencent.check",
		Upstream:  tencentName,
		Operation: "PhoneVerification",
		At:        Code,
		Repeat:    Harmless,
		Proof:     Signature,
		waits:     checking,
		slow:      slow,
		First:     true,
		Text:      Text{"核验姓名、证件号和手机号", "checking name, number and mobile"},
	},
	{
		Name:      "feishu.identity",
		Upstream:  feishuName,
		Operation: "identities.create",
		At:        Review,
		Repeat:    Doubles,
		Proof:     Token,
		waits:     recording,
		slow:      slow,
		First:     true,
		Text:      Text{"把实名信息写进飞书", "recording the identity in Feishu"},
	},
	{
		Name:      "esign.upload_url",
		Upstream:  esignName,
		Operation: esign.OpUploadURL,
		At:        Review,
		Repeat:    Harmless,
		Proof:     Signature,
		Twice:     true,
		waits:     recording,
		slow:      slow,
		First:     true,
		Text:      Text{"向 e签宝要上传地址", "asking e签宝 for an upload address"},
	},
	{
		Name:      "esign.put",
		Upstream:  esignName,
		Operation: esign.OpPut,
		At:        Review,
		Repeat:    Harmless,
		Proof:     NoProof,
		Twice:     true,
		waits:     recording,
		slow:      slow,
		After:     esign.OpUploadURL,
		Many:      1,
		Text:      Text{"把照片传到 e签宝", "putting a photo into e签宝's storage"},
	},
	{
		Name:      "esign.file_status",
		Upstream:  esignName,
		Operation: esign.OpFileStatus,
		At:        Review,
		Repeat:    Harmless,
		Proof:     Signature,
		Reads:     true,
		Twice:     true,
		After:     esign.OpPut,
		Many:      1,
		waits:     recording,
		Text:      Text{"问照片传好了没有", "asking whether a photo has arrived"},
	},
	{
		Name:      "esign.evidence",
		Upstream:  esignName,
		Operation: esign.OpPersonPoint,
		At:        Review,
		Repeat:    Doubles,
		Proof:     Signature,
		waits:     filing,
		slow:      slow,
		After:     esign.OpFileStatus,
		Many:      2,
		Text:      Text{"生成证据点", "creating the evidence point"},
	},
	{
		Name:      "handover.notify",
		Upstream:  handoverName,
		Operation: "notify",
		At:        Review,
		Repeat:    Harmless,
		Proof:     NoProof,
		Blind:     true,
		Follows:   true,
		First:     true,
		Text:      Text{"把证据点交给接收系统", "handing the evidence point on"},
	},
	{
		Name:      "sdk.query",
		Upstream:  sdkName,
		Operation: esign.OpQueryIDNo,
		At:        Review,
		Repeat:    Harmless,
		Proof:     NoProof,
		Follows:   true,
		First:     true,
		Text:      Text{"查有没有签署账号", "asking for a signing account"},
	},
	{
		Name:      "sdk.add",
		Upstream:  sdkName,
		Operation: esign.OpAddPerson,
		At:        Review,
		Repeat:    Harmless,
		Proof:     NoProof,
		Follows:   true,
		After:     esign.OpQueryIDNo,
		Many:      1,
		Text:      Text{"开签署账号", "opening a signing account"},
	},
}

// tencentCode returns the vendor's answer for an error code; its HTTP status is always 200.
func tencentCode(code string) answer { return answer{status: 200, body: tencent.ErrorBody(code)} }
