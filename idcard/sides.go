package idcard

import (
	"regexp"
	"strings"
	"time"
)

// SidesMatch says what does not fit between the two sides of one card: validity
// against birth (begins before birth: an error) and against today, its span against
// the age at issue, and the issuing authority against the address. All but
// CodeIssuedBeforeBirth and CodeValidityReversed are warnings: cards of moved people
// and renamed counties are real.
func SidesMatch(front, back Reading, now time.Time) []Issue {
	issues := validityIssues(front, back, now)
	if !authorityFits(back.IssuedBy, front.Address) {
		issues = append(issues, Issue{CodeAuthorityAddress, Warn, FieldIssuedBy})
	}
	return issues
}

// places splits 河北省石家庄市 into names without their rank.
var placeNames = regexp.MustCompile(`(.+?)(特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|自治州|自治县|自治旗|地区|新区|林区|矿区|省|市|州|盟|县|区|旗)`)

// authorityFits reports whether the authority, such as 石家庄市公安局裕华分局, names a place
// that the address names too. Without a place to compare it does not object.
func authorityFits(authority, address string) bool {
	place, branch, police := strings.Cut(withoutSpaces(authority), "公安")
	address = withoutSpaces(address)
	if !police || place == "" || address == "" {
		return true
	}
	branch = strings.TrimSuffix(strings.TrimPrefix(branch, "局"), "分局")
	names := []string{place, branch}
	for _, m := range placeNames.FindAllStringSubmatch(place+branch, -1) {
		names = append(names, m[1])
	}
	for _, n := range names {
		if len([]rune(n)) >= 2 && strings.Contains(address, n) {
			return true
		}
	}
	return false
}

func withoutSpaces(s string) string { return strings.Join(strings.Fields(s), "") }
