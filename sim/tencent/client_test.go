package tencent_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"shiming/sim/tencent"
	"shiming/sim/wire"
	"shiming/verify"
)

// harness is the simulated cloud behind real HTTP, with faults, and the program's own client.
type harness struct {
	*tencent.Server
	faults *wire.Faults
	rec    *wire.Recorder
	client *verify.Tencent
}

func newHarness(t *testing.T, change func(*verify.Config)) *harness {
	t.Helper()
	w := &harness{Server: tencent.New(tencent.Config{}), faults: &wire.Faults{}, rec: wire.NewRecorder(0)}
	w.Register("测试张三", "130401199601018395", "19800002222")
	server := httptest.NewServer(wire.Handler("tencent", tencent.Operation, w.rec, w.faults, w.Server))
	t.Cleanup(server.Close)
	d := tencent.DefaultConfig()
	c := verify.Config{
		EndpointFaceID: server.URL,
		EndpointSMS:    server.URL,
		SecretID:       d.SecretID,
		SecretKey:      verify.Secret(d.SecretKey),
		SMSSdkAppID:    d.SMSSdkAppID,
		SMSSignName:    d.SMSSignName,
		SMSTemplateID:  d.TemplateID,
		Timeout:        5 * time.Second,
	}
	if change != nil {
		change(&c)
	}
	client, err := verify.NewTencent(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	w.client = client
	return w
}

func (w *harness) send() (verify.SMSReceipt, error) {
	return w.client.SendCode(context.Background(), "19800002222", "483920", 5*time.Minute)
}

func (w *harness) check() (verify.CheckResult, error) {
	return w.client.CheckThreeElements(context.Background(), "测试张三", "130401199601018395", "19800002222")
}

func TestClientSends(t *testing.T) {
	w := newHarness(t, nil)
	receipt, err := w.send()
	if err != nil {
		t.Fatal(err)
	}
	m, err := w.WaitSMS(context.Background(), "19800002222", 0)
	if err != nil {
		t.Fatal(err)
	}
	if m.Code() != "483920" || m.Serial != receipt.Serial || receipt.Supplier != "腾讯云计算（北京）有限责任公司" ||
		time.Since(receipt.At).Abs() > time.Minute {
		t.Errorf("message %v, receipt %+v", m, receipt)
	}
	if c, ok := w.Find(receipt.RequestID); !ok || c.Code != "Ok" || c.Mobile != "19800002222" {
		t.Errorf("the receipt's request: %v, %v", c, ok)
	}
}

func TestClientChecks(t *testing.T) {
	w := newHarness(t, nil)
	ctx := context.Background()
	for _, c := range []struct {
		name, number, mobile string
		want                 verify.Outcome
	}{
		{"测试张三", "130401199601018395", "19800002222", verify.Match},
		{"测试李四", "130401199601018395", "19800002222", verify.Mismatch},
		{"测试张三", "130401199601018395", "13800000000", verify.NoRecord},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := w.client.CheckThreeElements(ctx, c.name, c.number, c.mobile)
			if err != nil || got.Outcome != c.want {
				t.Fatalf("%+v, %v; want %s", got, err, c.want)
			}
			call, ok := w.Find(got.Serial)
			if !ok || call.Name != c.name || call.IDNumber != c.number || call.Mobile != c.mobile || call.Code != got.Detail {
				t.Errorf("serial number does not lead to the check: %v, %v", call, ok)
			}
		})
	}
	_, err := w.client.CheckThreeElements(ctx, "测试张三", "130401199601018394", "19800002222")
	if !is(err, verify.ReasonIDInvalid) {
		t.Errorf("wrong check digit: got %v, want %v", err, verify.ReasonIDInvalid)
	}
}

func is(err error, reason verify.PersonReason) bool {
	var e *verify.Error
	return errors.As(err, &e) && e.PersonReason == reason
}

func TestClientUnderstandsEveryResult(t *testing.T) {
	w := newHarness(t, nil)
	for result, want := range map[string]struct {
		outcome verify.Outcome
		class   verify.Class
	}{
		"0":   {verify.Match, ""},
		"-4":  {verify.Mismatch, ""},
		"-9":  {verify.NoRecord, ""},
		"-6":  {"", verify.ClassPerson},
		"-7":  {"", verify.ClassPerson},
		"-8":  {"", verify.ClassPerson},
		"-11": {"", verify.ClassRetry},
		"-12": {"", verify.ClassPerson},
		"-13": {"", verify.ClassPerson},
	} {
		t.Run(result, func(t *testing.T) {
			if err := w.ReturnNext("130401199601018395", result); err != nil {
				t.Fatal(err)
			}
			got, err := w.check()
			var e *verify.Error
			switch {
			case err == nil && got.Outcome == want.outcome:
			case errors.As(err, &e) && e.Class == want.class && e.Code == result:
			default:
				t.Errorf("%s: %+v, %v", result, got, err)
			}
		})
	}
}

func TestClientMisconfigured(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*verify.Config)
		code   string
	}{
		"secret key": {func(c *verify.Config) { c.SecretKey = "wrong" }, "AuthFailure.SignatureFailure"},
		"secret id":  {func(c *verify.Config) { c.SecretID = "wrong" }, "AuthFailure.SecretIdNotFound"},
		"app":        {func(c *verify.Config) { c.SMSSdkAppID = "1" }, "UnauthorizedOperation.SmsSdkAppIdVerifyFail"},
		"signature":  {func(c *verify.Config) { c.SMSSignName = "别的" }, "FailedOperation.SignatureIncorrectOrUnapproved"},
		"template":   {func(c *verify.Config) { c.SMSTemplateID = "1" }, "FailedOperation.TemplateIncorrectOrUnapproved"},
		"region":     {func(c *verify.Config) { c.Region = "ap-shanghai" }, "UnsupportedRegion"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newHarness(t, c.change)
			_, err := w.send()
			var e *verify.Error
			if !errors.As(err, &e) || e.Code != c.code || e.Class != verify.ClassOperator || e.MaybeApplied() || e.Temporary() {
				t.Errorf("%s: %v", name, err)
			}
			if len(w.Inbox("19800002222")) != 0 {
				t.Errorf("%s: a message went out", name)
			}
		})
	}
}

// TestClientInTrouble checks that after any fault the client returns MaybeApplied if the phone has the message, and
// never sends a second one.
func TestClientInTrouble(t *testing.T) {
	for _, kind := range wire.Kinds() {
		if kind == wire.Refuse {
			continue // the request does not reach the server; see e2e/failed_calls_test.go
		}
		t.Run(kind, func(t *testing.T) {
			w := newHarness(t, func(c *verify.Config) {
				if kind == wire.Hang {
					c.Timeout = 100 * time.Millisecond
				}
			})
			w.faults.Arm(wire.Fault{
				Upstream:  "tencent",
				Operation: "SendSms",
				Kind:      kind,
				Times:     1,
			})
			_, err := w.send()
			delivered := len(w.Inbox("19800002222"))
			if delivered > 1 || w.rec.Count("tencent", "SendSms") > 1 {
				t.Fatalf("%d messages, %d requests", delivered, w.rec.Count("tencent", "SendSms"))
			}
			if kind == wire.Delay {
				if err != nil || delivered != 1 {
					t.Fatalf("%v, %d messages, want 1", err, delivered)
				}
				return
			}
			var e *verify.Error
			if !errors.As(err, &e) || !e.Temporary() || !e.MaybeApplied() {
				t.Errorf("%v, %d messages", err, delivered)
			}
			if _, err := w.send(); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

func TestClientRefused(t *testing.T) {
	w := newHarness(t, nil)
	w.faults.Arm(wire.Fault{
		Kind:   wire.Error,
		Status: 200,
		Body:   tencent.ErrorBody("UnauthorizedOperation.Arrears"),
		Times:  1,
	})
	_, err := w.check()
	var e *verify.Error
	if !errors.As(err, &e) || e.Class != verify.ClassOperator || e.RequestID == "" ||
		w.Counts()["PhoneVerification"] != 0 {
		t.Errorf("%v", err)
	}
	w.BlockMobile("19800002222", true)
	if _, err := w.send(); !is(err, verify.ReasonMobileBlocked) {
		t.Errorf("blocked: %v", err)
	}
}

func TestClientsAtOnce(t *testing.T) {
	w := newHarness(t, nil)
	var heard sync.Map
	w.OnSMS(func(m tencent.SMS) { heard.Store(m.Serial, m.Mobile) })
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			receipt, err := w.send()
			if err != nil {
				t.Error(err)
			} else if _, ok := heard.Load(receipt.Serial); !ok {
				t.Error("the phone had not heard of it when the answer came")
			}
			if got, err := w.check(); err != nil || got.Outcome != verify.Match {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
	group.Wait()
	if n := len(w.Inbox("19800002222")); n != 50 {
		t.Errorf("%d messages, want 50", n)
	}
	if c := w.Counts(); c["SendSms"] != 50 || c["PhoneVerification"] != 50 {
		t.Errorf("counts %v", c)
	}
}
