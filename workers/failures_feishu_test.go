package workers_test

import (
	"fmt"
	"testing"
	"time"

	"shiming/flows"
)

// Answers that are no answer of the platform itself, or say that it is busy.
var (
	html = map[string]string{"Content-Type": "text/html"}
	busy = answer{
		status: 429,
		body:   `{"code":99991400,"msg":"request trigger frequency limit"}`,
		header: map[string]string{"x-ogw-ratelimit-reset": "7"},
	}
	broken   = answer{status: 502, body: "<html>bad gateway</html>", header: html}
	internal = answer{status: 500, body: `{"code":2200,"msg":"internal error"}`}
	noJSON   = answer{body: "<html>welcome to the wifi</html>", header: html}
	cutOff   = answer{body: `{"code":0,"da`}
	dropped  = answer{drop: true}
	probe    = flows.ProbeEvery
)

// TestFailuresOfDownloads: downloading a picture (page 获取消息中的资源文件).
func TestFailuresOfDownloads(t *testing.T) {
	t.Parallel()
	photos := flows.AwaitingPhotos
	rows := []failing{
		{call: "download", says: feishuSays(234001), state: photos, code: "download_failed"},
		suspended("download", feishuSays(234002), "permission"),
		{call: "download", says: feishuSays(234003), state: photos, code: "deleted"},
		{call: "download", says: feishuSays(234004), state: photos, code: "deleted"},
		suspended("download", feishuSays(234007), "config"),
		{call: "download", says: feishuSays(234008), state: photos, code: "download_failed"},
		{call: "download", says: feishuSays(234009), state: photos, code: "restricted"},
		{call: "download", says: feishuSays(234019), state: photos, again: soon},
		{call: "download", says: feishuSays(234037), state: photos, code: "too_large"},
		{call: "download", says: feishuSays(234038), state: photos, code: "restricted"},
		{call: "download", says: feishuSays(234040), state: photos, code: "deleted"},
		suspended("download", feishuSays(234041), "config"),
		suspended("download", feishuSays(234042), "quota"),
		{call: "download", says: feishuSays(234043), state: photos, code: "unsupported_format"},
		{call: "download", says: feishuSays(230110), state: photos, code: "deleted"},
		{call: "download", says: feishuSays(230050), state: photos, code: "deleted"},
		{call: "download", says: busy, state: photos, again: 7 * time.Second},
		{call: "download", says: broken, state: photos, again: soon},
		{call: "download", says: dropped, state: photos, again: soon},
	}
	playFailures(t, append(rows, gateway("download", photos)...))
}

// gateway lists what every call of Feishu can answer (page 通用错误码).
func gateway(call string, stays flows.State) []failing {
	rows := []failing{
		{call: call, says: feishuSays(99991400), state: stays, again: soon},
		{call: call, says: busy, state: stays, again: 7 * time.Second},
	}
	for _, tt := range []struct {
		upstream int
		code     string
	}{
		{99991661, "credentials"},
		{99991663, "credentials"},
		{99991664, "credentials"},
		{99991665, "credentials"},
		{99991671, "credentials"},
		{99991662, "config"},
		{99991401, "config"},
		{99991403, "quota"},
		{99991672, "permission"},
	} {
		row := suspended(call, feishuSays(tt.upstream), tt.code)
		row.once = tt.code == "credentials"
		rows = append(rows, row)
	}
	return rows
}

// TestFailuresOfTheOCR: reading an ID card (page 识别文件中的身份证).
func TestFailuresOfTheOCR(t *testing.T) {
	t.Parallel()
	photos := flows.AwaitingPhotos
	rows := []failing{
		{call: "ocr", says: feishuSays(2110001), state: photos, code: "bad_file"},
		{call: "ocr", says: feishuSays(2110002), state: photos, code: "nothing"},
		suspended("ocr", feishuSays(2110003), "quota"),
		{call: "ocr", says: feishuSays(2110010), state: photos, again: soon},
		{call: "ocr", says: feishuSays(99992402), state: flows.NeedsAttention, code: "bug"},
		{call: "ocr", says: feishuSays(4242), state: flows.NeedsAttention, code: "refused"},
		{call: "ocr", says: answer{body: `{"code":0,"msg":"ok","data":{}}`}, state: photos, again: soon},
		{call: "ocr", says: answer{body: `{"code":0,"data":{"id_card":{"entities":[]}}}`}, state: photos, code: "nothing"},
		{call: "ocr", says: broken, state: photos, again: soon},
		{call: "ocr", says: internal, state: photos, again: soon},
		{call: "ocr", says: noJSON, state: photos, again: soon},
		{call: "ocr", says: cutOff, state: photos, again: soon},
		{call: "ocr", says: dropped, state: photos, again: soon},
	}
	playFailures(t, append(rows, gateway("ocr", photos)...))
}

// TestFailuresOfTheDirectory: looking a person up (page 获取单个用户信息). No failure suspends the case.
func TestFailuresOfTheDirectory(t *testing.T) {
	t.Parallel()
	rows := []failing{}
	for _, code := range []int{40001, 41012, 41050, 99991672, 99991403, 99991401, 99991662, 4242} {
		rows = append(rows, failing{call: "contact", says: feishuSays(code), state: flows.AwaitingPhotos})
	}
	for _, says := range []answer{broken, internal, noJSON, dropped} {
		rows = append(rows, failing{
			call:  "contact",
			says:  says,
			state: flows.AwaitingPhotos,
			again: soon,
		})
	}
	rows = append(rows, failing{
		call:  "contact",
		says:  busy,
		state: flows.AwaitingPhotos,
		again: 7 * time.Second,
	})
	playFailures(t, rows)
}

// TestFailuresOfTheIdentity: recording the identity (page 录入身份信息). A write that may have happened is not repeated.
func TestFailuresOfTheIdentity(t *testing.T) {
	t.Parallel()
	stop, unknown := flows.NeedsAttention, "unknown_outcome"
	rows := []failing{
		{call: "identity", says: feishuSays(1291001), state: flows.Recording, again: soon},
		{call: "identity", says: feishuSays(1291002), state: stop, code: "bound_identity_name"},
		{call: "identity", says: feishuSays(1291003), state: stop, code: "bound_identity_code"},
		{call: "identity", says: feishuSays(1291004), state: stop, code: "bound_mobile"},
		{call: "identity", says: feishuSays(1291010), state: stop, code: "bug"},
		{call: "identity", says: feishuSays(99992402), state: stop, code: "bug"},
		{call: "identity", says: feishuSays(99992351), state: stop, code: "gone"},
		{call: "identity", says: feishuSays(4242), state: stop, code: "refused"},
		{call: "identity", says: answer{status: 500, body: `{"code":4242,"msg":"x"}`}, state: stop, code: unknown},
		{call: "identity", says: broken, state: stop, code: unknown},
		{call: "identity", says: internal, state: stop, code: unknown},
		{call: "identity", says: noJSON, state: stop, code: unknown},
		{call: "identity", says: cutOff, state: stop, code: unknown},
		{call: "identity", says: dropped, state: stop, code: unknown},
		{call: "identity", says: answer{body: `{"code":0,"data":{}}`}, state: stop, code: unknown},
	}
	playFailures(t, append(rows, gateway("identity", flows.Recording)...))
}

// TestFailuresOfTheToken: without a token no call is made, so that no outcome is unknown.
func TestFailuresOfTheToken(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		says  answer
		state flows.State
		code  string
		again time.Duration
	}{
		{answer{body: `{"code":10003,"msg":"x"}`}, flows.NeedsAttention, "credentials", probe},
		{answer{body: `{"code":10014,"msg":"x"}`}, flows.NeedsAttention, "config", probe},
		{answer{body: `{"code":10015,"msg":"x"}`}, flows.NeedsAttention, "credentials", probe},
		{broken, flows.Recording, "", soon},
		{dropped, flows.Recording, "", soon},
		{answer{body: `{"code":0}`}, flows.Recording, "", soon},
	} {
		t.Run(fmt.Sprint(tt.says), func(t *testing.T) {
			w, p := newHarnessOnPlatforms(t)
			c, j := caseForCall(w, "identity", "ou_1")
			p.fail("token", tt.says)
			err := w.Run(t.Context(), j)
			if n := p.callCount("identity"); n != 0 {
				t.Errorf("identities without a token: got %d, want 0", n)
			}
			p.clear()
			now := w.InState(c.ID, tt.state)
			row := failing{
				call:  "identity",
				state: tt.state,
				code:  tt.code,
				again: tt.again,
			}
			checkCards(w, row, now)
			if err == nil {
				t.Error("the job does not run again")
			}
			checkRepair(w, row, now, j)
		})
	}
}
