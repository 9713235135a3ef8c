package evidence

import "shiming/esign"

// requestFields lists the fields of a request in the order of its page. A cardType is left out where the trail does not
// say it, which is so in cases of older versions.
func (b builder) requestFields(p esign.PersonPoint) []Field {
	fields := []Field{{Name: "eviName", Value: p.EviName}, {Name: "customBizId", Value: p.CustomBizID}}
	if a := p.Agreement; a != nil {
		const prefix = "certAgreementRead"
		fields = append(fields,
			Field{Name: prefix + "Title", Value: a.Title},
			Field{Name: prefix + "Version", Value: a.Version},
			Field{Name: prefix + "Hash", Value: a.Hash},
			Field{Name: prefix + "Time", Value: stamp(a.ReadAt)},
			Field{Name: prefix + "Type", Value: string(a.ReadType)},
			b.personal(prefix+"IP", a.ReadIP, maskAddress),
		)
	}
	fields = append(fields,
		Field{Name: "realNameMethod", Value: string(p.Method)},
		Field{Name: "timeStamp", Value: stamp(p.CompletedAt)},
		b.personal("name", p.Name, maskName),
		b.personal("cardNo", p.CardNo, b.maskNumber),
		Field{Name: "cardType", Value: string(p.CardType)},
		Field{Name: "cardPortrait", Value: p.CardPortrait},
		Field{Name: "cardNationalEmblem", Value: p.CardNationalEmblem},
		Field{Name: "mark", Value: p.Mark},
	)
	return b.present(append(fields, b.methodFields(p)...)...)
}

// methodFields lists the fields of the one method by which the person was verified.
func (b builder) methodFields(p esign.PersonPoint) []Field {
	if c := p.BankCardFour; c != nil {
		return []Field{
			{Name: "bankCardFour.infoVerifySupplier", Value: c.InfoVerifySupplier},
			{Name: "bankCardFour.verifyTime", Value: stamp(c.VerifyTime)},
			{Name: "bankCardFour.verifySerialNumber", Value: c.VerifySerialNumber},
			b.untilFiled("bankCardFour.openingBank", c.OpeningBank),
			b.untilFiled("bankCardFour.bankCard", c.BankCard),
			b.personal("bankCardFour.mobile", c.Mobile, maskMobile),
			b.untilFiled("bankCardFour.smsCode", c.SMSCode),
			{Name: "bankCardFour.smsSupplier", Value: c.SMSSupplier},
		}
	}
	if f := p.Face; f != nil {
		return []Field{
			{Name: "face.infoVerifySupplier", Value: f.InfoVerifySupplier},
			{Name: "face.verifyTime", Value: stamp(f.VerifyTime)},
			{Name: "face.verifySerialNumber", Value: f.VerifySerialNumber},
			{Name: "face.faceImage", Value: f.FaceImage},
			{Name: "face.faceImageSimilarScore", Value: f.FaceImageSimilarScore},
			{Name: "face.faceLiveDetectScore", Value: f.FaceLiveDetectScore},
		}
	}
	t := p.ThreeElements
	return []Field{
		{Name: "threeElements.infoVerifySupplier", Value: t.InfoVerifySupplier},
		{Name: "threeElements.verifyTime", Value: stamp(t.VerifyTime)},
		{Name: "threeElements.verifySerialNumber", Value: t.VerifySerialNumber},
		b.personal("threeElements.mobile", t.Mobile, maskMobile),
		b.untilFiled("threeElements.smsCode", t.SMSCode),
		{Name: "threeElements.smsSupplier", Value: t.SMSSupplier},
	}
}

// untilFiled returns a field of the request that the case keeps until the evidence is filed. Versions before kept it longer.
func (b builder) untilFiled(name, value string) Field {
	if value == "" {
		return Field{Name: name, State: Deleted}
	}
	return b.personal(name, value, hidden)
}
