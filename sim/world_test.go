package sim

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"shiming/sim/feishu"
	"shiming/sim/specimen"
	"shiming/sim/wire"
)

func TestStartAndClose(t *testing.T) {
	h := newHarness(t, Config{People: 3, Seed: 7})
	people := h.w.People()
	if len(people) != 3 || people[0].Person != specimen.NewPerson(8) {
		t.Errorf("%d people, want 3", len(people))
	}
	for _, e := range people {
		if u, ok := h.w.Feishu.User(e.OpenID); !ok || u.Mobile != "+86"+e.Person.Mobile || h.w.Employee(e.OpenID) != e {
			t.Errorf("%v is not in the directory", e)
		}
	}
	if len(h.w.Admins()) != 2 || h.w.Employee("ou_nobody") != nil {
		t.Error("admins or employees")
	}
	seen := map[string]bool{}
	for _, u := range []string{h.w.FeishuURL, h.w.ESignURL, h.w.TencentURL, h.w.GatewayURL, h.w.HandoverURL, h.w.SDKURL} {
		p, err := url.Parse(u)
		if err != nil || p.Scheme != "http" || p.Path != "" || p.Port() == "" || seen[u] {
			t.Errorf("base URL %q", u)
		}
		seen[u] = true
	}
	if got := h.w.Recorder.Counts()["feishu token"]; got != 1 {
		t.Errorf("token calls: %d, want 1", got)
	}
}

func TestSettings(t *testing.T) {
	h := newHarness(t, Config{OCRPerSecond: 3})
	s := h.w.Settings()
	for _, key := range []string{
		"feishu.base_url", "feishu.app_id", "feishu.app_secret", "feishu.encrypt_key", "feishu.verification_token",
		"hr.admins", "hr.review_chat", "hr.announce_chat", "ocr.per_second", "verification.method",
		"verification.tencent.endpoint_faceid", "verification.tencent.endpoint_sms", "verification.tencent.secret_id",
		"verification.tencent.secret_key", "verification.tencent.region", "verification.tencent.sms_sdk_app_id",
		"verification.tencent.sms_sign_name", "verification.tencent.sms_template_id",
		"esign.base_url", "esign.app_id", "esign.app_secret", "esign.evidence_revision", "esign.sdk_url",
		"handover.url", "handover.secret", "handover.allow_private",
		"server.public_url", "server.trusted_proxies", "agreement.files",
	} {
		if s[key] == "" {
			t.Errorf("%s is missing", key)
		}
	}
	if s["esign.evidence_revision"] != "2025-10" || s["ocr.per_second"] != "3" ||
		s["hr.admins"] != strings.Join(h.w.Admins(), ",") {
		t.Errorf("settings %v", s)
	}
	if env := h.w.Env(); !strings.Contains(env, "export SHIMING_FEISHU_APP_ID='"+s["feishu.app_id"]+"'\n") ||
		strings.Count(env, "\n") != len(s) {
		t.Error(env)
	}
}

func TestConfigErrors(t *testing.T) {
	for name, c := range map[string]Config{
		"no host":        {Listen: "7000"},
		"all interfaces": {Listen: ":7000"},
		"another host":   {Listen: "192.0.2.1:7000"},
		"host name":      {Listen: "example.com:7000"},
		"port too large": {Listen: "127.0.0.1:65532"},
		"port as a word": {Listen: "127.0.0.1:http"},
		"revision":       {EsignRevision: "2026"},
		"people":         {People: -1},
		"latency":        {Latency: -1},
	} {
		t.Run(name, func(t *testing.T) {
			w, err := Start(context.Background(), c)
			var bad *ConfigError
			if !errors.As(err, &bad) || w != nil {
				t.Errorf("got %v, want a *ConfigError", err)
			}
		})
	}
	at, err := Config{Listen: "localhost:7000"}.Addresses()
	want := [7]string{"127.0.0.1:7000", "127.0.0.1:7001", "127.0.0.1:7002", "127.0.0.1:7003", "127.0.0.1:7004",
		"127.0.0.1:7005", "127.0.0.1:7006"}
	if err != nil || at != want {
		t.Errorf("%v, %v, want %v", at, err, want)
	}
}

func TestStartFailsWithoutLeaving(t *testing.T) {
	h := newHarness(t, Config{})
	taken, err := url.Parse(h.w.FeishuURL)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(taken.Port())
	if err != nil {
		t.Fatal(err)
	}
	if w, err := Start(h.Ctx, Config{Listen: net.JoinHostPort(taken.Hostname(), strconv.Itoa(port-1))}); err == nil {
		_ = w.Close(h.Ctx)
		t.Error("two worlds on one port")
	}
}

func TestCloseEndsHangingCalls(t *testing.T) {
	ctx := context.Background()
	w, err := Start(ctx, Config{})
	if err != nil {
		t.Fatal(err)
	}
	w.Faults.Arm(wire.Fault{Kind: wire.Hang, Upstream: UpstreamESign, Times: 1})
	ended := make(chan error)
	go func() {
		resp, err := http.Post(w.ESignURL+"/v3/files/file-upload-url", "application/json", strings.NewReader("{}"))
		if err == nil {
			_ = resp.Body.Close()
		}
		ended <- err
	}()
	for len(w.Faults.List()) > 0 { // the call uses the fault up when it arrives
		runtime.Gosched()
	}
	if err := w.Close(ctx); err != nil {
		t.Error(err)
	}
	<-ended
	http.DefaultClient.CloseIdleConnections()
}

func TestLatencyAndRecord(t *testing.T) {
	const slow = 30 * time.Millisecond
	began := time.Now()
	h := newHarness(t, Config{Latency: slow})
	if took := time.Since(began); took < slow {
		t.Errorf("the token came after %v", took)
	}
	calls := h.w.Recorder.Calls()
	if len(calls) != 1 || calls[0].Duration < slow || calls[0].Upstream != UpstreamFeishu {
		t.Errorf("record %+v", calls)
	}
}

func TestOCR(t *testing.T) {
	h := newHarness(t, Config{})
	p := specimen.NewPerson(3)
	for name, c := range map[string]struct {
		side, variant string
		code, kind    int
		has           string
	}{
		"front":   {SideFront, "good", 0, specimen.SideName, p.Code},
		"back":    {SideBack, "rotated", 0, specimen.SideEmblem, p.IssuedBy},
		"blurred": {SideFront, "blurred", 2110002, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			img, err := Photo(p, c.side, specimen.Variants[c.variant])
			if err != nil {
				t.Fatal(err)
			}
			entities, side, corners, code := h.w.readIDCard(img)
			if code != c.code || code == 0 && (side != c.kind || len(corners) != 8) {
				t.Errorf("%s: side %d, code %d", name, side, code)
			}
			if c.has != "" && !slices.ContainsFunc(entities, func(e feishu.Entity) bool { return e.Value == c.has }) {
				t.Errorf("%s: a field is missing", name)
			}
		})
	}
	if _, _, _, code := h.w.readIDCard([]byte("no picture")); code != 2110001 {
		t.Errorf("no picture: code %d, want 2110001", code)
	}
}
