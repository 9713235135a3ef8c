package esign

import (
	"net/netip"
	"strings"
	"time"
	"unicode/utf8"
)

// Validate checks that the evidence is complete for a revision. It returns a *ValidationError with the names of e签宝's
// fields and no values. It checks no checksums or number formats, which the caller did when it collected the data.
func (p PersonPoint) Validate(r Revision) error {
	v := &ValidationError{}
	v.needText("eviName", p.EviName)
	v.add(utf8.RuneCountInString(p.EviName) > 64, "eviName", "is longer than 64 characters")
	v.add(utf8.RuneCountInString(p.CustomBizID) > 36, "customBizId", "is longer than 36 characters")
	v.needTime("timeStamp", p.CompletedAt)
	v.needText("name", p.Name)
	v.needText("cardNo", p.CardNo)
	v.add(!p.CardType.known(), "cardType", "is not one of the documented types")
	v.needFile("cardPortrait", p.CardPortrait)
	v.needFile("cardNationalEmblem", p.CardNationalEmblem)
	v.add(p.CardType == CardResidentID && p.CardPortrait != "" && p.CardPortrait == p.CardNationalEmblem,
		"cardNationalEmblem", "is the same file as cardPortrait")

	switch p.Method {
	case MethodThreeElements, MethodBankCardFour, MethodFace:
	default:
		v.add(true, "realNameMethod", "is not one of the documented methods")
	}
	v.onlyFor("threeElements", p.ThreeElements != nil, p.Method == MethodThreeElements)
	v.onlyFor("bankCardFour", p.BankCardFour != nil, p.Method == MethodBankCardFour)
	v.onlyFor("face", p.Face != nil, p.Method == MethodFace)
	if t := p.ThreeElements; t != nil {
		v.needCheck("threeElements", t.InfoVerifySupplier, t.VerifyTime, t.VerifySerialNumber)
		v.needSMS("threeElements", t.Mobile, t.SMSCode, t.SMSSupplier)
	}
	if b := p.BankCardFour; b != nil {
		v.needCheck("bankCardFour", b.InfoVerifySupplier, b.VerifyTime, b.VerifySerialNumber)
		v.needText("bankCardFour.openingBank", b.OpeningBank)
		v.needText("bankCardFour.bankCard", b.BankCard)
		v.needSMS("bankCardFour", b.Mobile, b.SMSCode, b.SMSSupplier)
	}
	if f := p.Face; f != nil {
		v.needCheck("face", f.InfoVerifySupplier, f.VerifyTime, f.VerifySerialNumber)
		v.needFile("face.faceImage", f.FaceImage)
		v.needText("face.faceImageSimilarScore", f.FaceImageSimilarScore)
		v.needText("face.faceLiveDetectScore", f.FaceLiveDetectScore)
	}
	v.needAgreement(p.Agreement, r)
	return v.err()
}

func (t CardType) known() bool {
	switch t {
	case CardResidentID, CardHongKong, CardMacao, CardTaiwan, CardPassport, CardForeign, CardOther:
		return true
	}
	return false
}

func (v *ValidationError) needAgreement(a *CertAgreement, r Revision) {
	switch r {
	case Revision2024:
		v.add(a != nil, "certAgreementRead", "is not part of revision 2024")
		return
	case Revision202510:
	default:
		v.add(true, "revision", "is not one of the two known")
		return
	}
	if a == nil {
		v.add(true, "certAgreementRead", "is missing")
		return
	}
	v.needText("certAgreementReadTitle", a.Title)
	v.needText("certAgreementReadVersion", a.Version)
	v.needText("certAgreementReadHash", a.Hash)
	v.needTime("certAgreementReadTime", a.ReadAt)
	v.add(a.ReadType != ReadCheck && a.ReadType != ReadClick, "certAgreementReadType", "is neither CHECK nor CLICK")
	ip, err := netip.ParseAddr(a.ReadIP)
	v.add(err != nil || ip.Zone() != "" || ip.IsUnspecified(), "certAgreementReadIP", "is not an IP address")
}

func (v *ValidationError) needText(path, value string) {
	v.add(strings.TrimSpace(value) == "", path, "is missing")
	v.add(!utf8.ValidString(value), path, "is not UTF-8") // the JSON encoder would replace bytes of the evidence
}

// needTime also treats 1970-01-01 as missing, because a zero from a database or a supplier becomes that time.
func (v *ValidationError) needTime(path string, t time.Time) {
	v.add(t.Unix() <= 0, path, "is missing")
}

func (v *ValidationError) needFile(path, id string) {
	v.add(id == "", path, "is missing")
	v.add(id != "" && !isToken(id, maxIDLen), path, "is not a file id")
}

func (v *ValidationError) needCheck(object, supplier string, at time.Time, serial string) {
	v.needText(object+".infoVerifySupplier", supplier)
	v.needTime(object+".verifyTime", at)
	v.needText(object+".verifySerialNumber", serial)
}

func (v *ValidationError) needSMS(object, mobile, code, supplier string) {
	v.needText(object+".mobile", mobile)
	v.needText(object+".smsCode", code)
	v.needText(object+".smsSupplier", supplier)
}

// onlyFor checks that an object is present if and only if it belongs to the method.
func (v *ValidationError) onlyFor(path string, present, wanted bool) {
	v.add(wanted && !present, path, "is missing")
	v.add(present && !wanted, path, "does not belong to the method")
}
