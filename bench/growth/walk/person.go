package walk

import (
	"fmt"
	"time"
)

// Person is a fictional employee. The number has a valid check digit and a region code that does not exist.
type Person struct{ OpenID, Name, Number, Mobile string }

// String hides personal data, as for real people.
func (Person) String() string { return "[person]" }

// Nth returns the i-th person, the same in every run. 15 million people are distinct.
func Nth(i int) Person {
	return Person{
		OpenID: fmt.Sprintf("ou_%032x", uint64(i)*0x9e3779b97f4a7c15),
		Name:   "样甲明",
		Number: number(i),
		Mobile: fmt.Sprintf("139%08d", i%100_000_000),
	}
}

// number returns an 18-digit number: region, birth, sequence and check digit (GB 11643-1999).
func number(i int) string {
	birth := time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i%15_000)
	s := fmt.Sprintf("899000%s%03d", birth.Format("20060102"), i/15_000%1000)
	sum := 0
	for k, r := range s {
		sum += int(r-'0') * (1 << (17 - k) % 11)
	}
	return s + string("10X98765432"[sum%11])
}
