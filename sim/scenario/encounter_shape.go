package scenario

import (
	"shiming/sim"
	"shiming/sim/esign"
	"shiming/sim/feishu"
	"shiming/sim/wire"
)

// shapes are second readings of what the platforms send. They stay until they are disarmed.
var shapes = []Encounter{
	shape("post_in_language", Text{"飞书富文本外面包着一层语言", "Feishu wraps rich text in its language"},
		behaves(wraps(feishu.PostInLanguage))),
	shape("post_in_post", Text{"飞书富文本外面包着 post 和语言两层", "Feishu wraps rich text in post and its language"},
		behaves(wraps(feishu.PostInPost))),
	shape("submit_without_value", Text{"提交表单时按钮不带 value", "forms are submitted without the button's value"},
		behaves(func(k *feishu.Behaviour, on bool) { k.SubmitWithoutValue = on })),
	shape("numbers_as_text", Text{"按钮 value 里的数字变成了文字", "numbers in the value of buttons come as text"},
		behaves(func(k *feishu.Behaviour, on bool) { k.NumbersAsText = on })),
	shape("untouched_fields_absent", Text{"没动过的选填项不出现在表单里", "untouched optional fields are absent from forms"},
		behaves(func(k *feishu.Behaviour, on bool) { k.OmitEmptyFields = on })),
	shape("masked_form", Text{"防泄密规则拦下明文表单，只能打码；没动过的项是空的",
		"data-loss prevention refuses clear values, so that the form is masked; untouched fields come empty"},
		behaves(func(k *feishu.Behaviour, on bool) { k.DLP = on })),
	shape("masked_form_absent", Text{"防泄密规则拦下明文表单，只能打码；没动过的项不出现",
		"data-loss prevention refuses clear values, so that the form is masked; untouched fields are absent"},
		behaves(func(k *feishu.Behaviour, on bool) { k.DLP, k.OmitEmptyFields = on, on })),
	shape("idle_dialogs_refused", Text{"按钮不提交表单却带确认框的卡片，飞书拒收",
		"Feishu refuses cards with a confirm dialog on a button that submits no form"},
		behaves(func(k *feishu.Behaviour, on bool) { k.RefuseIdleConfirm = on })),
	shape("company_named_everywhere", Text{"进入会话、点菜单的事件也写明这个人是哪家公司的",
		"the events of chat entry and menu also name the person's company"},
		behaves(func(k *feishu.Behaviour, on bool) { k.OperatorTenant = on })),
	shape("events_twice", Text{"每个事件飞书都推两次", "Feishu delivers every event twice"},
		behaves(func(k *feishu.Behaviour, on bool) {
			if k.Duplicate = 0; on {
				k.Duplicate = 10_000
			}
		})),
	shape("sign_milliseconds", Text{"飞书签名里的时间是毫秒", "the time of Feishu's signature is in milliseconds"},
		signs(feishu.SignMilliseconds)),
	shape("sign_rfc3339", Text{"飞书签名里的时间是日期格式", "the time of Feishu's signature is a date"}, signs(feishu.SignRFC3339)),
	shape("too_many_requests", Text{"每种调用都先遇到一次 HTTP 429，不说要等多久",
		"each call first meets HTTP 429 without a word on how long to wait"}, tooManyRequests),
	{
		Name: "shape/upload_host",
		Text: Text{"e签宝 给的上传地址在别的域名上", "e签宝 gives an upload address on another domain"},
		End: Text{"照片不往没放行的地址传；HR 看到是哪项配置，改好点重试",
			"no photo goes to a host that is not allowed; HR reads which setting it is about, and retries"},
		By:    HR,
		Shape: uploadsElsewhere,
		Moves: steps(approved, sees(sim.StageAttention, attention.Words...),
			hrSees("有一件实名卡住了", "esign.upload_hosts", "改好后点重试")),
		Then: []sim.Move{hr("retry", nil, "正在重试")},
		Ends: sim.StageDone,
	},
}

// shape returns a row whose moves are a whole registration with its photos in one rich text.
func shape(name string, text Text, set func(*sim.World) func()) Encounter {
	post := sim.Move{Sends: []sim.Shot{front, back}, AsPost: true}
	return Encounter{
		Name:  "shape/" + name,
		Text:  text,
		End:   Text{"和平常一样办完，每一步只做一次", "the registration goes through as always, with everything done once"},
		By:    Itself,
		Shape: set,
		Moves: steps(toPhotos, post, sees(sim.StageConfirmation), press("confirm"), sees(sim.StageCode, codeSent),
			types("{code}"), sees(sim.StageReview), hr("approve", nil, "已通过")),
		Ends: sim.StageDone,
	}
}

// behaves changes the behaviour of Feishu.
func behaves(change func(k *feishu.Behaviour, on bool)) func(*sim.World) func() {
	return func(w *sim.World) func() {
		w.Feishu.Set(func(k *feishu.Behaviour) { change(k, true) })
		return func() { w.Feishu.Set(func(k *feishu.Behaviour) { change(k, false) }) }
	}
}

// wraps changes the wrapping of rich text.
func wraps(how feishu.PostWrap) func(k *feishu.Behaviour, on bool) {
	return func(k *feishu.Behaviour, on bool) {
		k.WrapPosts = feishu.PostFlat
		if on {
			k.WrapPosts = how
		}
	}
}

func signs(form feishu.SignTime) func(*sim.World) func() {
	return func(w *sim.World) func() {
		w.Feishu.SignWith(form)
		return func() { w.Feishu.SignWith(feishu.SignSeconds) }
	}
}

func uploadsElsewhere(w *sim.World) func() {
	w.ESign.UploadTo("https://storage.example.com")
	return func() { w.ESign.UploadTo("") }
}

// tooManyRequests answers each call of a registration once with a bare 429.
func tooManyRequests(w *sim.World) func() {
	var ids []int
	for _, call := range []struct{ upstream, operation string }{
		{feishuName, "message.create"},
		{feishuName, "resource.get"},
		{feishuName, "id_card.recognize"},
		{feishuName, "identities.create"},
		{tencentName, "SendSms"},
		{tencentName, "PhoneVerification"},
		{esignName, esign.OpUploadURL},
		{esignName, esign.OpPut},
		{esignName, esign.OpPersonPoint},
	} {
		ids = append(ids, w.Faults.Arm(wire.Fault{
			Upstream:  call.upstream,
			Operation: call.operation,
			Kind:      wire.Error,
			Times:     1,
			Status:    429,
		}))
	}
	return func() {
		for _, id := range ids {
			w.Faults.Disarm(id)
		}
	}
}
