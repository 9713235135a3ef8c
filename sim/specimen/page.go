package specimen

import (
	"fmt"
	"image"
	"image/draw"
	"strings"
	"sync"
)

// Kind is a document other than an ID card, by the key of Feishu's OCR (document_ai/v1).
type Kind string

// Kinds of documents.
const (
	HKMPermit Kind = "hkm_mainland_travel_permit" // 港澳居民来往内地通行证
	TWPermit  Kind = "tw_mainland_travel_permit"  // 台湾居民来往大陆通行证
	Passport  Kind = "chinese_passport"
)

// page is what the specimens of one kind have in common. The design is our own and follows no real document.
type page struct {
	title       string
	prefix      string     // of the number
	numberLabel string     // printed before the number
	numberType  string     // field of the OCR
	left, right [3]float64 // colours of the paper
}

var pages = map[Kind]*page{
	HKMPermit: {"港澳居民来往内地通行证", "H99", "证件号码", "card_number", [3]float64{222, 232, 214}, [3]float64{208, 226, 226}},
	TWPermit:  {"台湾居民来往大陆通行证", "99", "证件号码", "card_number", [3]float64{232, 226, 206}, [3]float64{226, 214, 214}},
	Passport:  {"护照", "E99", "护照号码", "passport_number", [3]float64{232, 218, 214}, [3]float64{214, 214, 230}},
}

// placeOfIssue is printed on passports.
const placeOfIssue = "样本省"

// PageNumber returns the number of a person's document. 99 stands where real numbers count from 0, and what follows is
// unique to the person.
func (p Person) PageNumber(kind Kind) string { return pages[kind].prefix + p.Mobile[len(p.Mobile)-6:] }

// pinyin has the characters of all specimen names.
var pinyin = map[rune]string{
	'样': "YANG", '例': "LI", '试': "SHI", '演': "YAN", '仿': "FANG",
	'甲': "JIA", '乙': "YI", '丙': "BING", '丁': "DING", '戊': "WU", '己': "JI", '庚': "GENG", '辛': "XIN", '壬': "REN", '癸': "GUI",
	'明': "MING", '华': "HUA", '宁': "NING", '安': "AN", '远': "YUAN", '清': "QING", '文': "WEN", '和': "HE", '平': "PING",
	'佳': "JIA", '然': "RAN", '青': "QING",
}

// EnglishName returns the name as a document prints it in Latin letters.
func (p Person) EnglishName() string {
	var parts []string
	for _, r := range p.Name {
		if s, known := pinyin[r]; known {
			parts = append(parts, s)
		}
	}
	if len(parts) == 0 {
		return p.Name
	}
	return parts[0] + ", " + strings.Join(parts[1:], " ")
}

// pageExpiry is the day on which a document ends; those of people whose ID card has no end get one.
func (p Person) pageExpiry() string {
	if p.ValidTo == LongTerm {
		return "2034-05-06"
	}
	return p.ValidTo
}

// Page returns a JPEG photo of the page with name and number of a person's document.
func Page(p Person, kind Kind, v Variant) ([]byte, error) {
	if pages[kind] == nil {
		return nil, fmt.Errorf("specimen: no document %q", kind)
	}
	img, err := drawPage(p, kind, v.Misread)
	if err != nil {
		return nil, err
	}
	return develop(img, v)
}

func drawPage(p Person, kind Kind, misread string) (*image.RGBA, error) {
	base, over := pageSheet(kind)
	img := image.NewRGBA(base.Rect)
	copy(img.Pix, base.Pix)
	pen := pens.Get().(*pen)
	defer pens.Put(pen)
	for i, value := range []string{
		p.Name, p.EnglishName(), p.PageNumber(kind), dotted(p.Birth), dotted(p.pageExpiry()),
	} {
		pen.write(img, 330, 240+86*float64(i), 42, 2, ink, value)
	}
	if kind == Passport {
		pen.write(img, 330, 670, 42, 2, ink, placeOfIssue)
	}
	drawSilhouette(img, portrait, p.Gender)
	draw.Draw(img, over.Rect, over, over.Rect.Min, draw.Over)
	dense := func(date string) string { return strings.ReplaceAll(date, "-", "") }
	content := payload{
		Mark:    payloadMark,
		Side:    sidePage,
		Kind:    kind,
		Name:    p.Name,
		English: p.EnglishName(),
		Code:    p.PageNumber(kind),
		Birth:   dense(p.Birth),
		To:      dense(p.pageExpiry()),
		Misread: misread,
	}
	if err := drawCode(img, content.text()); err != nil {
		return nil, fmt.Errorf("specimen: the fields do not fit on the page: %w", err)
	}
	return img, nil
}

var (
	pageSheetsMu sync.Mutex
	pageSheets   = map[Kind][2]*image.RGBA{}
)

// pageSheet returns the blank page of a kind and its overprint; see sheet.
func pageSheet(kind Kind) (base, over *image.RGBA) {
	pageSheetsMu.Lock()
	defer pageSheetsMu.Unlock()
	if s, drawn := pageSheets[kind]; drawn {
		return s[0], s[1]
	}
	pen := pens.Get().(*pen)
	defer pens.Put(pen)
	look := pages[kind]
	base = image.NewRGBA(image.Rect(0, 0, cardW, cardH))
	paper(base, look.left, look.right)
	pen.write(base, 80, 130, 50, 6, ink, look.title+"样本")
	for i, label := range []string{"姓名", "NAME", look.numberLabel, "出生日期", "有效期至"} {
		pen.write(base, 80, 240+86*float64(i), 34, 2, inkBlue, label)
	}
	if kind == Passport {
		pen.write(base, 80, 670, 34, 2, inkBlue, "签发地点")
	}
	pen.write(base, 80, 782, 22, 1, inkBlue, "演示用样本 · NOT AN IDENTITY DOCUMENT")
	roundCorners(base, cornerRadius)
	over = overprint(pen, base)
	pageSheets[kind] = [2]*image.RGBA{base, over}
	return base, over
}

// ReadPage is the simulated OCR of one kind of document. A document of another kind, and an ID card, is ErrNothing.
func ReadPage(kind Kind, img []byte) ([]Entity, error) {
	g, err := decode(img)
	if err != nil {
		return nil, err
	}
	f, ok := search(g)
	if !ok || f.payload.Side != sidePage || f.payload.Kind != kind {
		return nil, ErrNothing
	}
	return f.payload.pageEntities(), nil
}

// pageEntities lists the printed fields, misread where the photo says so. The platform's pages state no form of the
// dates; here it is that of the ID card.
func (p payload) pageEntities() []Entity {
	all := []Entity{
		{"full_name_cn", p.Name},
		{"full_name_en", p.English},
		{"date_of_birth", reformat(p.Birth, "2006.01.02")},
		{"date_of_expiry", reformat(p.To, "2006.01.02")},
	}
	if p.Kind == Passport {
		all = append(all, Entity{"place_of_issue", placeOfIssue})
	}
	return misread(p.Misread, append(all, Entity{pages[p.Kind].numberType, p.Code}))
}

// Marked reports whether a picture shows a specimen of any document.
func Marked(img []byte) bool {
	g, err := decode(img)
	if err != nil {
		return false
	}
	_, ok := search(g)
	return ok
}
