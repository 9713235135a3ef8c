package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/failure"
	"shiming/flows"
)

// documented is our reading of the error tables, code by code, written down independently of the table that is tested.
var documented = map[Class][]int{
	ClassRetry: {99991400, 40003, 230020, 230049, 11232, 11233, 200800, 232096, 234019, 2110010, 1291001, 10101, 20050, 20072},
	ClassPerson: {
		234009, 234037, 234038, 234043, // downloads
		2110001, 2110002, // OCR
		10200,                                           // face
		20003, 20004, 20005, 20007, 20039, 20049, 20065, // login
	},
	ClassPermission: {99991672, 10023, 230027, 230052, 234002, 41050, 40004, 232033, 40014, 20010, 20027},
	ClassQuota:      {99991403, 230023, 230024, 11247, 234042, 2110003},
	ClassCredentials: {10003, 10015, 99991661, 99991663, 99991664, 99991665, 99991671, 20002, 20013,
		20014, 20025, 20028, 20035},
	ClassConfig: {
		99991401, 99991662, 99992361, 10014, 230006, 230036, 230098, 234007, 234041, 232004, 232006, 232010, 232011, 232025,
		10005, 10013, 11207, 11210, 232034, 42008, 43010, 20009, 20024, 20029, 20042, 20046, 20048, 20069,
	},
	ClassReceiver: {
		230002, 230013, 230018, 230029, 230034, 230035, 230038, 230053, 230054, 230075, 232009,
	},
	ClassGone: {
		99992351, 40008, 40012, 230033, 230009, 230011, 230019, 230031, 230050, 230110, 230111, 234003, 234004, 234040,
		20008, 20021, 20022, 20023, 20066,
	},
	ClassDLP: {230022, 230028},
	ClassCard: {230025, 230099, 11310, 100290, 200380, 200381, 200550, 200570, 200621, 200732, 200737, 200861, 200914,
		200915},
	ClassMismatch: {1291002, 1291003, 1291004},
	ClassBug: {
		99991668, 99991677, 99991679, 99992354, 99992402, 230001, 230012, 230015, 230017, 230026, 230055, 230071, 230072,
		11203,
		234001, 234006, 234008, 234010, 234011, 234039, 40001, 40011, 41012, 43007, 232001, 1291010, 10100,
		20001, 20036, 20063, 20067, 20068, 20070, 20071,
	},
}

// TestCodes lets RecordIdentity, the call with the worst consequences of a misread code, fail with every documented
// code.
func TestCodes(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	var code int
	f.handle("POST /open-apis/human_authentication/v1/identities", func(w http.ResponseWriter, _ *http.Request) {
		answerCode(w, 400, code)
	})
	c := f.client(t)
	var seen []int
	fields := map[int]string{1291002: "identity_name", 1291003: "identity_code", 1291004: "mobile"}
	for class, list := range documented {
		for _, code = range list {
			seen = append(seen, code)
			_, err := c.RecordIdentity(t.Context(), "ou_1", "张三", "110101199001011237", "")
			var api *APIError
			if !errors.As(err, &api) {
				t.Fatalf("%d: %v", code, err)
			}
			if api.Class() != class || api.Temporary() != (class == ClassRetry) || api.MaybeApplied() {
				t.Errorf("%d: got class %s, temporary %v, maybe applied %v; want class %s", code, api.Class(), api.Temporary(),
					api.MaybeApplied(), class)
			}
			if api.Code != code || api.UpstreamCode() != fmt.Sprint(code) || api.HTTPStatus != 400 ||
				api.LogID() != "2026112112000001" {
				t.Errorf("%d: %v", code, api)
			}
			if got, want := api.Field(), fields[code]; got != want {
				t.Errorf("%d: got field %q, want %q", code, got, want)
			}
		}
	}
	for code, row := range codes {
		if !slices.Contains(seen, code) {
			t.Errorf("%d: got a row in codes and none in documented, want both", code)
		}
		if row.meaning == "" {
			t.Errorf("%d: got no meaning, want one", code)
		}
	}
}

func TestSubCodes(t *testing.T) {
	t.Parallel()
	const failed = "Failed to create card content, ext="
	for _, tt := range []struct {
		code     int
		msg      string
		class    Class
		upstream string
		after    time.Duration
	}{
		{230099, failed + "ErrCode: 200621; ErrMsg: parse card json err; ErrorValue: x", ClassCard, "230099/200621", 0},
		{230099, failed + "ErrCode: 11310; ErrMsg: element exceeds the limit", ClassCard, "230099/11310", 0},
		{230099, failed + "ErrCode: 11310; ErrMsg: card action is lock", ClassRetry, "230099/11310", time.Second},
		{230099, failed + "ErrCode: 200800; ErrMsg: x", ClassRetry, "230099/200800", 0},
		{230099, failed + "ErrCode: 999999; ErrMsg: x", ClassCard, "230099/999999", 0},
		{230099, "something else", ClassCard, "230099", 0},
		{11310, "card action is lock", ClassRetry, "11310", time.Second},
	} {
		t.Run(tt.upstream+" "+string(tt.class), func(t *testing.T) {
			f := newFake(t)
			f.handle("PATCH /open-apis/im/v1/messages/om_1", func(w http.ResponseWriter, _ *http.Request) {
				answerMessage(w, 400, tt.code, tt.msg)
			})
			err := f.client(t).Patch(t.Context(), "om_1", fixedCard(json.RawMessage(`{}`)))
			var api *APIError
			if !errors.As(err, &api) {
				t.Fatalf("got %v, want an APIError", err)
			}
			if api.class != tt.class || api.UpstreamCode() != tt.upstream || api.RetryAfter() != tt.after {
				t.Errorf("got class %s, code %s, after %v; want %s, %s, %v", api.class, api.UpstreamCode(), api.RetryAfter(),
					tt.class, tt.upstream, tt.after)
			}
			if got, want := api.Temporary(), tt.class == ClassRetry; got != want {
				t.Errorf("got temporary %t, want %t", got, want)
			}
		})
	}
}

func TestUndocumentedCodes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status           int
		class            Class
		temporary, maybe bool // for a message; the next fields are for an identity
		identity         Class
		identityTemp     bool
		identityMaybe    bool
	}{
		{200, ClassUnknown, false, false, ClassUnknown, false, false},
		{400, ClassUnknown, false, false, ClassUnknown, false, false},
		{403, ClassUnknown, false, false, ClassUnknown, false, false},
		{429, ClassRetry, true, false, ClassRetry, true, false},
		{500, ClassRetry, true, true, ClassUnknown, false, true},
		{503, ClassRetry, true, true, ClassUnknown, false, true},
	} {
		t.Run(fmt.Sprint(tt.status), func(t *testing.T) {
			f := newFake(t)
			answer := func(w http.ResponseWriter, _ *http.Request) { answerCode(w, tt.status, 987654321) }
			f.handle("POST /open-apis/im/v1/messages", answer)
			f.handle("POST /open-apis/human_authentication/v1/identities", answer)
			c := f.client(t)
			_, err := c.Send(t.Context(), flows.Receiver{Type: "open_id", ID: "ou_1"}, json.RawMessage(`{}`), "u")
			wantError(t, fmt.Sprint("message ", tt.status), err, tt.class, tt.temporary, tt.maybe)
			_, err = c.RecordIdentity(t.Context(), "ou_1", "n", "c", "")
			wantError(t, fmt.Sprint("identity ", tt.status), err, tt.identity, tt.identityTemp, tt.identityMaybe)
		})
	}
}

func wantError(t *testing.T, name string, err error, class Class, temporary, maybe bool) {
	t.Helper()
	var api *APIError
	if !errors.As(err, &api) {
		t.Errorf("%s: %v", name, err)
		return
	}
	if api.class != class || api.Temporary() != temporary || api.MaybeApplied() != maybe {
		t.Errorf("%s: %v: class %s, temporary %v, maybe applied %v; want %s, %v, %v",
			name, err, api.class, api.Temporary(), api.MaybeApplied(), class, temporary, maybe)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		header, value string
		want          time.Duration
	}{
		{"X-Ogw-Ratelimit-Reset", "7", 7 * time.Second},
		{"X-Ogw-Ratelimit-Reset", "1.5", 1500 * time.Millisecond},
		{"X-Ogw-Ratelimit-Reset", "0", 0},
		{"X-Ogw-Ratelimit-Reset", "-3", 0},
		{"X-Ogw-Ratelimit-Reset", "soon", 0},
		{"X-Ogw-Ratelimit-Reset", "NaN", 0},
		{"X-Ogw-Ratelimit-Reset", "1e300", maxRetryAfter},
		{"Retry-After", "20", 20 * time.Second},
		{"Retry-After", "Sat, 21 Nov 2026 12:00:30 GMT", 30 * time.Second},
		{"Retry-After", "Sat, 21 Nov 2026 11:00:00 GMT", 0},
		{"Retry-After", "Sun, 21 Nov 2027 12:00:00 GMT", maxRetryAfter},
	} {
		t.Run(tt.header+" "+tt.value, func(t *testing.T) {
			f := newFake(t)
			f.handle("PATCH /open-apis/im/v1/messages/om_1", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set(tt.header, tt.value)
				answerCode(w, 429, 99991400)
			})
			c := f.client(t, func(c *ClientConfig) { c.Now = func() time.Time { return now } })
			err := c.Patch(t.Context(), "om_1", fixedCard(json.RawMessage(`{}`)))
			wantError(t, tt.header, err, ClassRetry, true, false)
			var failure failure.Error
			if !errors.As(err, &failure) || failure.RetryAfter() != tt.want {
				t.Errorf("got %v, want %v", failure.RetryAfter(), tt.want)
			}
		})
	}
}

func TestPermissionScopes(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.handle("GET /open-apis/bot/v3/info", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(400)
		_ = json.NewEncoder(w).Encode(m{"code": 99991672, "msg": "Access denied", "error": m{
			"log_id": "log-in-body",
			"permission_violations": []m{{"type": "action_scope_required", "subject": "im:message"},
				{"subject": "a text with 张三"}},
		}})
	})
	_, err := f.client(t).BotInfo(t.Context())
	var api *APIError
	if !errors.As(err, &api) || strings.Join(api.Scopes(), " ") != "im:message" || api.LogID() != "log-in-body" {
		t.Errorf("got %v, scopes %v", err, api.Scopes())
	}
}

func TestObserveCalls(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.handle("GET /open-apis/bot/v3/info", func(w http.ResponseWriter, _ *http.Request) { ok(w, `{}`) })
	f.handle("PATCH /open-apis/im/v1/messages/om_1", func(w http.ResponseWriter, _ *http.Request) {
		answerCode(w, 400, 230031)
	})
	var got []string
	c := f.client(t, func(c *ClientConfig) {
		c.Observe = func(op, outcome string, _ time.Duration) { got = append(got, op+" "+outcome) }
	})
	_, _ = c.BotInfo(context.Background())
	_ = c.Patch(context.Background(), "om_1", fixedCard(json.RawMessage(`{}`)))
	if want := "auth.tenant_access_token ok, bot.info.get ok, im.message.patch gone"; strings.Join(got, ", ") != want {
		t.Errorf("got %s, want %v", strings.Join(got, ", "), want)
	}
}
