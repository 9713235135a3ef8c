package scenario

import (
	"shiming/sim"
	"shiming/sim/specimen"
)

// documents are people without a resident ID card, whose document the OCR reads.
var documents = []Encounter{
	{
		Name: "document/hkm_permit",
		Text: Text{"没有身份证，拍回乡证；先拍了一张糊的", "no ID card: a Hong Kong or Macao travel permit is photographed, blurred at first"},
		End: Text{"说明哪里没拍好；读出来的由本人核对；HR 核对后只留档",
			"the answer says what is wrong; the person checks what was read; HR keeps it on file"},
		By: HR,
		Moves: steps(photographs("hkm_travel_permit", "回乡证"),
			sim.Move{Sends: page(specimen.HKMPermit, "blurred", ""), Reads: []string{"没读到证件，照片拍糊了", "不用照片，自己填写"}},
			sim.Move{Sends: page(specimen.HKMPermit, "", "")}, sees(sim.StageConfirmation, "下面是照片上读到的"),
			press("confirm"), sees(sim.StageReview, "不能录入飞书"), hrSees("回乡证", "从照片上识别", "没有改过识别结果"), kept, told),
		Ends: sim.StageOnFile,
	},
	{
		Name: "document/tw_permit",
		Text: Text{"没有身份证，要拍台胞证却拍了身份证", "no ID card: a Taiwan travel permit is asked for, an ID card is photographed"},
		End: Text{"说明没读到；改为自己填写，HR 核对后只留档",
			"the answer says that nothing was read; the person types instead, and HR keeps it on file"},
		By: HR,
		Moves: steps(photographs("tw_travel_permit", "台胞证"),
			sim.Move{Sends: []sim.Shot{front}, Reads: []string{"照片里没读到姓名和号码"}},
			press("other_document"), sees(sim.StageConfirmation, "也可以直接按证件填写"),
			sim.Move{Presses: "confirm", Form: map[string]string{"document": "tw_travel_permit", "identity_name": "{name}",
				"document_number": "99000001"}},
			sees(sim.StageReview, "不能录入飞书"), hrSees("台胞证", "没有照片，也没有核验"), kept, told),
		Ends: sim.StageOnFile,
	},
	{
		Name: "document/passport",
		Text: Text{"没有身份证，拍中国护照；号码读错一位，护照已过期",
			"no ID card: an expired Chinese passport is photographed, and a digit is misread"},
		End: Text{"本人改对号码；HR 看到改了哪里、有效期已过，核对后只留档",
			"the person corrects the number; HR sees where, and that the passport is over, and keeps it on file"},
		By: HR,
		Moves: steps(photographs("passport", "中国护照"),
			sim.Move{Sends: page(specimen.Passport, sim.VariantExpired, "page_number")},
			sees(sim.StageConfirmation, "下面是照片上读到的"),
			sim.Move{Presses: "confirm", Form: map[string]string{"document_number": "{passport}"}},
			sees(sim.StageReview, "不能录入飞书"), hrSees("护照", "→", "有效期已经过了"), kept, told),
		Ends: sim.StageOnFile,
	},
	{
		Name: "document/not_permitted",
		Text: Text{"应用没有识别护照的权限", "the app lacks the permission to read passports"},
		End: Text{"本人改为自己填写，登记不停；HR 收到一次提醒",
			"the person types instead, and nothing stops; HR is told once"},
		By:    HR,
		Shape: withoutScope("document_ai:chinese_passport:recognize"),
		Moves: steps(photographs("passport", "中国护照"),
			sim.Move{Sends: page(specimen.Passport, "", "")}, sees(sim.StageConfirmation, "证件照片现在识别不了"),
			sim.Move{Presses: "confirm", Form: map[string]string{"identity_name": "{name}", "document_number": "{passport}"}},
			sees(sim.StageReview, "不能录入飞书"), hrSees("护照", "没有照片，也没有核验"), kept, told),
		Ends: sim.StageOnFile,
	},
}

// photographs is the way to the card that asks for a photo of a document, which its words name.
func photographs(code, words string) []sim.Move {
	return steps(toPhotos, press("other_document"), sees(sim.StageConfirmation, "可以拍一张照片"),
		sim.Move{Presses: "document_photo", To: code, Stage: sim.StagePhotos, Reads: []string{words}})
}

// page returns a photo of the person's document.
func page(kind specimen.Kind, variant, misread string) []sim.Shot {
	return []sim.Shot{{Document: kind, Variant: variant, Misread: misread}}
}

// A document that no platform takes ends like this.
var (
	kept = hr("keep_on_file", nil, "已留档")
	told = sees(sim.StageOnFile, "两样都没有做")
)

// withoutScope takes a permission away from the app.
func withoutScope(scope string) func(*sim.World) func() {
	return func(w *sim.World) (undo func()) {
		w.Feishu.Revoke(scope)
		return func() { w.Feishu.Grant(scope) }
	}
}
