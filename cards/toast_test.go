package cards

import (
	"slices"
	"strings"
	"testing"
)

func TestNewToast(t *testing.T) {
	for _, c := range []struct {
		id   string
		args map[string]string
		want Toast
	}{
		{"late", map[string]string{"who": "李四", "what": "approved", "when": "14:05"},
			Toast{"late", "info", "14:05 李四已通过，卡片已更新", "李四: approved, 14:05. This is the current card"}},
		{"late", nil, Toast{"late", "info", "刚刚 同事处理过，卡片已更新",
			"A colleague: handled it, a moment ago. This is the current card"}},
		{"late", map[string]string{"who": "李四", "what": "已收藏", "when": "14:05"},
			Toast{"late", "info", "14:05 李四已收藏，卡片已更新", "李四: 已收藏, 14:05. This is the current card"}},
		{"missing_field", map[string]string{"field": "reason"},
			Toast{"missing_field", "warning", "还差一项：原因", "Please fill in: Reason"}},
		{"code_wrong", map[string]string{"left": "4"},
			Toast{"code_wrong", "error", "验证码不对，还可以试 4 次", "Wrong code, tries left: 4"}},
		{"code_wait", map[string]string{"seconds": "42"}, Toast{"code_wait", "info", "请等 42 秒再重发",
			"Please wait 42 s before sending a new one"}},
		{"invented", nil,
			Toast{"bad_request", "error", "没看懂这次点击，请刷新后再试", "That click was not understood; please reload and try again"}},
	} {
		t.Run(c.id, func(t *testing.T) {
			if got := NewToast(c.id, c.args); got != c.want {
				t.Errorf("%s: got %+v, want %+v", c.id, got, c.want)
			}
		})
	}
}

func TestToastTypes(t *testing.T) {
	for id, kind := range toastTypes {
		if !slices.Contains([]string{"info", "success", "warning", "error"}, kind) {
			t.Errorf("%s: got type %q, want a known one", id, kind)
		}
	}
}

func TestToastCleansArguments(t *testing.T) {
	got := NewToast("late", map[string]string{"who": "13812345678\x00" + strings.Repeat("长", 500)})
	if strings.Contains(got.ZH, "13812345678") || strings.Contains(got.ZH, "\x00") || len([]rune(got.ZH)) > 120 {
		t.Errorf("got %s, want the number masked", got.ZH)
	}
}
