package flows

import "testing"

// TestHoldsBankCard uses numbers of no bank: the prefix 8996 is nobody's.
func TestHoldsBankCard(t *testing.T) {
	const card, slip = "8996000000000000019", "8996000000000000018"
	if !hasCheckDigit(card) || hasCheckDigit(slip) {
		t.Fatal("the examples are wrong")
	}
	for _, tt := range []struct {
		name, text      string
		anywhere, asked bool // when no card is expected, and when one is
	}{
		{"a card", card, true, true},
		{"in words", "我的卡号是" + card + "，麻烦了", true, true},
		{"in parts", "8996 0000 0000 0000 019", true, true},
		{"with hyphens", "8996-0000-0000-0000-019", true, true},
		{"full width", "８９９６０００００００００００００１９", true, true},
		{"a line of several", "卡号：\n" + card + "\n样例银行", true, true},
		{"beside a mobile number", "8996 0000 0000 0000 019 13800138000", true, true},
		{"a slip", slip, false, true},
		{"13 digits", "8996000000019", false, true},
		{"an open_id", "ou_6af0d" + card + "cebbd", false, false},
		{"an evidence point", "P" + card, false, true},
		{"a case", "019a1b2c-3d4e-7f50-8a61-899600000001", false, false},
		{"behind an open_id", "ou_6af0d3 " + card, true, true},
		{"an ID number", SampleNumber, false, false},
		{"a mobile number", "13800138000", false, false},
		{"a mobile number with its prefix", "+86 13800138000", false, false},
		{"the same in one", "8613800138000", false, false},
		{"a code and a mobile number", "123456 13800138000", false, false},
		{"a code", "123456", false, false},
		{"20 digits", card + "0", false, false},
		{"a word", "实名", false, false},
		{"nothing", "", false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := HoldsBankCard(tt.text, false, SampleTime); got != tt.anywhere {
				t.Errorf("got %t where no card is expected", got)
			}
			if got := HoldsBankCard(tt.text, true, SampleTime); got != tt.asked {
				t.Errorf("got %t where a card is expected", got)
			}
		})
	}
}
