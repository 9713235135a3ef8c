package idcard

import (
	"regexp"
	"strings"
	"time"
)

// SidesMatch returns the contradictions between the two sides of a card. It compares the validity with the date of
// birth and with today, its length with the age at issue, and the issuing authority with the address.
// CodeIssuedBeforeBirth and CodeValidityReversed are errors. The others are warnings, because people move and counties
// are renamed.
func SidesMatch(front, back Reading, now time.Time) []Issue {
	issues := validityIssues(front, back, now)
	if !authorityFits(back.IssuedBy, front.Address) {
		issues = append(issues, Issue{CodeAuthorityAddress, Warn, FieldIssuedBy})
	}
	return issues
}

// placeNames splits 河北省石家庄市 into the names of the places, without 省 and 市.
var placeNames = regexp.MustCompile(`(.+?)(特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|自治州|自治县|自治旗|地区|新区|林区|矿区|省|市|州|盟|县|区|旗)`)

// authorityFits reports whether the authority, such as 石家庄市公安局裕华分局, names a place of the address. It returns true
// if there is no place to compare.
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
