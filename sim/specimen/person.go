package specimen

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// LongTerm is the ValidTo of a card without an expiry date.
const LongTerm = "长期"

// Person is a fictional person with the fields of the card. Dates are 2006-01-02; ValidTo may be LongTerm.
type Person struct {
	Name      string `json:"name"`
	Code      string `json:"code"`   // 18 characters, correct check digit, region 899xxx
	Gender    string `json:"gender"` // 男 or 女
	Race      string `json:"race"`   // without 族
	Birth     string `json:"birth"`
	Address   string `json:"address"`
	IssuedBy  string `json:"issued_by"`
	ValidFrom string `json:"valid_from"`
	ValidTo   string `json:"valid_to"`
	Mobile    string `json:"mobile"`
	BankCard  string `json:"bank_card"` // 19 digits, correct check digit, of an issuer that does not exist
}

const day = "2006-01-02"

var (
	surnames  = []string{"样", "例", "试", "演", "仿"}
	stems     = []string{"甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"}
	given     = []string{"明", "华", "宁", "安", "远", "清", "文", "和", "平", "佳", "然", "青", "", ""}
	races     = []string{"汉", "汉", "汉", "汉", "汉", "汉", "满", "回", "壮", "蒙古"}
	cities    = []string{"样例市", "演示市", "试验市", "仿真市"}
	districts = []string{"甲字区", "乙字区", "丙字区", "东新区"}
	streets   = []string{"示范路", "测试大街", "样张胡同", "模拟路"}
)

// NewPerson returns the person of a seed; the same seed always gives the same person.
//
// The region of the number is 899000 to 899999. GB/T 2260 assigns no province 89, so the number has a correct check
// digit and belongs to nobody. Mobiles are 16000xxxxxx; to our knowledge 160 is not assigned to a carrier. Numbers and
// mobiles of 500,000 consecutive seeds differ. The period of validity follows the age at issue: 10 years up to 25, 20
// years up to 45, then 长期. Cards were issued in 2023 to 2025. Bank cards begin with 8996: ISO/IEC 7812 leaves numbers
// that begin with 8 to the health and communications industries, so that no bank issues them.
func NewPerson(seed int64) Person {
	r := rand.New(rand.NewPCG(uint64(seed), 0x5eec1e))
	pick := func(of []string) string { return of[r.IntN(len(of))] }
	n := int(((seed % 500_000) + 500_000) % 500_000)

	birth := time.Date(1968+r.IntN(37), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, time.UTC)
	issued := time.Date(2023+r.IntN(3), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, time.UTC)
	sex := r.IntN(2) // the 17th digit is odd for men
	city, district := pick(cities), pick(districts)
	p := Person{
		Name:   pick(surnames) + stems[n%10] + pick(given),
		Code:   withCheckDigit(fmt.Sprintf("899%03d%s%03d", n/500, birth.Format("20060102"), n%500*2+sex)),
		Gender: []string{"女", "男"}[sex],
		Race:   pick(races),
		Birth:  birth.Format(day),
		Address: fmt.Sprintf("样本省%s%s%s%d号%d栋%d室",
			city, district, pick(streets), 1+r.IntN(199), 1+r.IntN(30), 101+r.IntN(1800)),
		IssuedBy:  city + "公安局" + strings.TrimSuffix(district, "区") + "分局",
		ValidFrom: issued.Format(day),
		ValidTo:   validTo(birth, issued),
		Mobile:    fmt.Sprintf("16000%06d", n),
		BankCard:  WithLuhn(fmt.Sprintf("8996%014d", n)),
	}
	return p
}

// Expired returns the same person with a card that expired in 2020.
func (p Person) Expired() Person {
	p.ValidFrom, p.ValidTo = "2010-06-01", "2020-06-01"
	return p
}

// Child returns the same person aged fourteen on the day of now, with the card of five years that children get.
func (p Person) Child(now time.Time) Person { return p.Aged(14, now) }

// Aged returns the same person half a year after that birthday, with a card of five years that was issued a year ago.
func (p Person) Aged(years int, now time.Time) Person {
	birth, issued := now.AddDate(-years, -6, 0), now.AddDate(-1, 0, 0)
	p.Birth = birth.Format(day)
	p.Code = withCheckDigit(p.Code[:6] + birth.Format("20060102") + p.Code[14:17])
	p.ValidFrom, p.ValidTo = issued.Format(day), issued.AddDate(5, 0, 0).Format(day)
	return p
}

// Numbered returns the same person with a number that begins with these six digits.
func (p Person) Numbered(region string) Person {
	p.Code = withCheckDigit(region + p.Code[6:17])
	return p
}

// EndingInX returns the same person with another number, whose check digit is X.
func (p Person) EndingInX() Person {
	for region := 899_000; region < 900_000; region++ {
		if p = p.Numbered(strconv.Itoa(region)); p.Code[17] == 'X' {
			break
		}
	}
	return p
}

// String shows only the last digits of the number, so that logs of the simulated world look like real ones.
func (p Person) String() string {
	tail := p.Code
	if len(tail) > 4 {
		tail = tail[len(tail)-4:]
	}
	return "specimen …" + tail
}

// GoString is String, for %#v.
func (p Person) GoString() string { return p.String() }

func validTo(birth, issued time.Time) string {
	age := issued.Year() - birth.Year()
	if issued.YearDay() < birth.YearDay() {
		age--
	}
	switch {
	case age <= 25:
		return issued.AddDate(10, 0, 0).Format(day)
	case age <= 45:
		return issued.AddDate(20, 0, 0).Format(day)
	}
	return LongTerm
}

// WithLuhn appends the check digit of a bank card's number (ISO/IEC 7812-1).
func WithLuhn(digits string) string {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return digits + strconv.Itoa((10-sum%10)%10)
}

// withCheckDigit appends the ISO 7064 MOD 11-2 check character to 17 digits (GB 11643).
func withCheckDigit(digits string) string {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += int(digits[i]-'0') * w
	}
	return digits + string("10X98765432"[sum%11])
}
