package scenario

import (
	"strings"
	"time"

	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/specimen"
)

// cards is what people photograph, and how.
var cards = []Encounter{
	{
		Name: "card/two_in_one_picture",
		Text: Text{"一张照片里拍进了两张证件", "one picture shows two cards"},
		End:  Text{"这张不用，请一面一张重拍", "the picture is not used; one card a picture is asked for"},
		By:   Person,
		Moves: steps(toPhotos,
			sim.Move{Sends: misread(front, "two_cards"), Reads: []string{"这张照片里不止一张证件", "请只放你本人的一张"}},
			sends(front, back)),
		Ends: sim.StageConfirmation,
	},
	{
		Name: "card/better_photo",
		Text: Text{"第一张的号码读错了，再发一张清楚的", "the first photo is misread, a better one follows"},
		End:  Text{"用新的那张，不说是别人的", "the better one is used; nobody is accused"},
		By:   Itself,
		Moves: steps(toPhotos,
			sim.Move{Sends: append(misread(front, "digit"), back), Reads: []string{"请核对你的信息", "人像面的号码没读准"}},
			sim.Move{Sends: variant("tilted"), Stage: sim.StageConfirmation, Gone: "没读准"},
			press("confirm"), sees(sim.StageCode, codeSent), types("{code}"),
			sees(sim.StageReview), hrSees("实名审核", "证件号有效", "未修改")),
		Ends: sim.StageReview,
	},
	{
		Name: "card/never_readable",
		Text: Text{"连着五张都拍糊了", "five blurred photos, one after the other"},
		End:  Text{"给出“请 HR 帮忙”；HR 看到经过，拍好就接着走", "HR can be asked, and sees what happened; the next good photos go on"},
		By:   HR,
		Moves: steps(toPhotos,
			sim.Move{Sends: variant("blurred"), Times: 5, Reads: []string{"拍糊了", "请拿稳手机"}},
			sees(sim.StagePhotos, "请 HR 帮忙"), sim.Move{Presses: "ask_hr", Toast: "已经告诉 HR 了"},
			sees(sim.StageAttention, "拍到清楚的照片也可以直接发来"), hrSees("员工发了 5 张照片都没读出来"),
			sends(front, back)),
		Ends: sim.StageConfirmation,
	},
	{
		Name: "card/many_photos",
		Text: Text{"一天里发了 45 张读不出来的照片", "45 unusable photos within a day"},
		End:  Text{"第 41 张起说明原因和出路：明天再发，或请 HR 帮忙", "from the 41st on the reason and the way out: tomorrow, or with HR"},
		By:   HR,
		Moves: steps(toPhotos,
			sim.Move{Sends: variant(sim.VariantTiny), Times: 40, Reads: []string{"图片太小，字看不清"}},
			sim.Move{Sends: variant(sim.VariantTiny), Times: 5, Reads: []string{"24 小时里收到的照片已经到 40 张", "请明天再发", "请 HR 帮忙"}},
			press("ask_hr"), sees(sim.StageAttention), hrSees("都没读出来，请你帮忙")),
		Ends: sim.StageAttention,
	},
	{
		Name:  "card/file_without_end",
		Text:  Text{"照片文件缺了结尾（FF D9）", "the photo's file lacks its end marker (FF D9)"},
		End:   Text{"照常读取", "it is read as any other"},
		By:    Itself,
		Moves: steps(toPhotos, sends(variant(sim.VariantNoEnd)[0], back)),
		Ends:  sim.StageConfirmation,
	},
	{
		Name:  "card/progressive",
		Text:  Text{"渐进式 JPEG，色度不抽样", "a progressive JPEG without subsampling"},
		End:   Text{"照常读取", "it is read as any other"},
		By:    Itself,
		Moves: steps(toPhotos, sends(variant("progressive")[0], back)),
		Ends:  sim.StageConfirmation,
	},
	{
		Name: "card/expired",
		Text: Text{"身份证过期了", "the card has expired"},
		End:  Text{"说明过期，请用新证或先换领", "the answer says so: a new card first"},
		By:   Person,
		Moves: steps(toPhotos, sim.Move{
			Sends: []sim.Shot{{Side: sim.SideBack, Variant: sim.VariantExpired}},
			Reads: []string{"这张身份证已经过期了", "请用新的身份证"},
		}),
		Ends: sim.StagePhotos,
	},
	toHR("photocopy", Text{"拍的是黑白复印件", "a black and white copy is photographed"},
		steps(toPhotos, sends(variant("photocopy")[0], back)), nil, "人像面像是复印件"),
	toHR("gender_unreadable", Text{"性别读不出来", "the gender cannot be read"},
		steps(toPhotos, sends(misread(front, "gender")[0], back)), nil, "人像面的性别读不出来"),
	toHR("birth_unreadable", Text{"出生日期读不出来", "the date of birth cannot be read"},
		steps(toPhotos, sends(misread(front, "birth")[0], back)), nil, "人像面的出生日期读不出来"),
	toHR("validity_unreadable", Text{"有效期截止日读不出来", "the end of validity cannot be read"},
		steps(toPhotos, sends(front, misread(back, "validity")[0])), nil, "国徽面的有效期截止日读不出来"),
	toHR("under_sixteen", Text{"持证人未满 16 周岁", "the holder is under 16"}, steps(toPhotos, sends(front, back)),
		specimen.Person.Child, "未满 16 周岁", "有红色提示，仍然通过"),
	toHR("sixteen", Text{"持证人 16 周岁", "the holder is 16"}, steps(toPhotos, sends(front, back)),
		func(p specimen.Person, now time.Time) specimen.Person { return p.Aged(16, now) }, "年满 16 未满 18 周岁，属于未成年工"),
	notFiled("permit", Text{"港澳台居民居住证：号码以 8 开头", "a residence permit, whose number begins with 8"}, "830000"),
	notFiled("permanent_residence", Text{"外国人永久居留身份证：号码以 9 开头", "a permanent residence card, whose number begins with 9"}, "911000"),
	otherDocument,
}

// numbers is how names, numbers and periods are spelled.
var numbers = []Encounter{
	spelled("small_x", Text{"号码末位读成了小写 x", "the last character of the number is read as a small x"}, "small_x", ""),
	spelled("dot_in_name", Text{"名字里的间隔号和飞书上的不是同一个字符", "the dot in the name is another character than in Feishu"}, "dot", ""),
	spelled("period_as_end", Text{"有效期截止日读成了整段有效期", "the whole period is read as the end of validity"}, "", "period"),
	spelled("city_office", Text{"签发机关只写到市", "the issuing authority names the city only"}, "", "city_office"),
}

// misread returns a photo that the OCR misreads.
func misread(s sim.Shot, how string) []sim.Shot {
	s.Misread = how
	return []sim.Shot{s}
}

// variant returns a photo of the front.
func variant(name string) []sim.Shot {
	return []sim.Shot{{Side: sim.SideFront, Variant: name}}
}

// toHR returns a row that ends with HR's card, which says these words. photos ends with the photos.
func toHR(name string, text Text, photos []sim.Move, card func(specimen.Person, time.Time) specimen.Person,
	words ...string) Encounter {
	return Encounter{
		Name: "card/" + name,
		Text: text,
		End:  Text{"一定经过 HR，HR 的卡片写明是什么", "it always stops at HR, whose card says what it is"},
		By:   HR,
		Card: card,
		Moves: steps(photos, sees(sim.StageConfirmation), press("confirm"), sees(sim.StageCode, codeSent), types("{code}"),
			hrSees(words...)),
		Ends: sim.StageReview,
	}
}

// notFiled returns a row of a document that is no resident ID card, whose number begins with this region.
func notFiled(name string, text Text, region string) Encounter {
	numbered := func(p specimen.Person, _ time.Time) specimen.Person { return p.Numbered(region) }
	return Encounter{
		Name: "card/" + name,
		Text: text,
		End: Text{"不发验证码；HR 核对证件后只留档：不登记，也不存证，员工看得到",
			"no code is sent; HR looks at it and keeps it on file: nothing is recorded or filed, and the person is told"},
		By:   HR,
		Card: numbered,
		Moves: steps(toPhotos, sends(front, back), sees(sim.StageConfirmation, "不用验证手机"), press("confirm"),
			sees(sim.StageReview, "不能录入飞书"), hrSees("不是居民身份证", "核对过证件，只留档"),
			hr("keep_on_file", nil, "已留档"), sees(sim.StageOnFile, "两样都没有做")),
		Ends: sim.StageOnFile,
	}
}

// otherDocument is the way of a person without a resident ID card.
var otherDocument = Encounter{
	Name: "card/other_document",
	Text: Text{"拍了护照，没有居民身份证", "a passport is photographed, there is no resident ID card"},
	End:  Text{"点“我没有居民身份证”，自己填；HR 核对后只留档", "the person says so and types the values; HR looks at it and keeps it on file"},
	By:   HR,
	Moves: steps(toPhotos,
		sim.Move{Sends: variant("blurred"), Reads: []string{"拍糊了", "我没有居民身份证"}},
		press("other_document"), sees(sim.StageConfirmation, "目前不能录入飞书的实名信息"),
		sim.Move{Presses: "confirm", Form: map[string]string{"document": "passport", "identity_name": "SAMPLE, JANE",
			"document_number": "E12345678"}},
		sees(sim.StageReview, "不能录入飞书"), hrSees("护照", "没有照片，也没有核验"), hr("keep_on_file", nil, "已留档"),
		sees(sim.StageOnFile, "两样都没有做")),
	Ends: sim.StageOnFile,
}

// spelled returns a row whose card reads another spelling of the same values.
func spelled(name string, text Text, misreadFront, misreadBack string) Encounter {
	f, b := misread(front, misreadFront)[0], misread(back, misreadBack)[0]
	return Encounter{
		Name: "card/" + name,
		Text: text,
		End:  Text{"当作同一个值：员工没有改过，HR 看到绿色", "taken for the same value: nothing was edited, and HR sees green"},
		By:   Itself,
		Card: func(p specimen.Person, _ time.Time) specimen.Person {
			p.Name = "阿迪力·样本江"
			return p.EndingInX()
		},
		Before: func(w *sim.World, e *sim.Employee) {
			w.Feishu.ChangeUser(e.OpenID, func(u *feishu.User) { u.Name = strings.ReplaceAll(u.Name, "·", "・") + " " })
		},
		Moves: steps(toPhotos, sends(f, b), sees(sim.StageConfirmation), press("confirm"), sees(sim.StageCode, codeSent),
			types("{code}"), hrSees("实名审核", "证件号有效", "未修改", "飞书姓名一致", "两面一致", "在有效期内")),
		Ends: sim.StageReview,
	}
}
