package e2e

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"shiming/config"
	"shiming/doctor"
	"shiming/e2e/harness"
	"shiming/sim/scenario"
	"shiming/store"
)

// TestSurprises: while the platforms send what their pages show, nothing surprises. Each way in which they may differ
// hurts nobody, is counted, logged once without values, kept across a restart, and listed.
func TestSurprises(t *testing.T) {
	h := harness.Start(t, harness.Setup{Noisy: true})
	h.Hire().ToReview() // consent, photos, form and code; the rest of the way is in meet
	if got := listed(h); len(got) > 0 {
		t.Fatalf("got %v, want none from platforms that keep to their pages", got)
	}
	plain, _ := scenario.EncounterNamed("shape/post_in_post") // approved and filed; rich text is not compared
	meet(h, plain)
	if got := listed(h); len(got) > 0 {
		t.Fatalf("got %v, want none from platforms that keep to their pages", got)
	}

	want := []string{
		"esign CreatePersonPoint unknown_field:data.simChain",
		"esign FileStatus missing_field:data.fileId",
		"esign FileStatus type:data.fileTotalPageCount",
		"esign FileStatus unknown_field:data.simPages",
		"esign Put host:storage.example.com",
		"esign Put unknown_field:simEtag",
		"feishu auth.tenant_access_token time_unit:expire",
		"feishu card.action.trigger unknown_field:event.context.sim_pane",
		"feishu document_ai.id_card.recognize missing_field:data.id_card.conners",
		"feishu document_ai.id_card.recognize unknown_field:data.id_card.sim_quality",
		"feishu human_authentication.identity.create unknown_field:data.sim_level",
		"feishu im.message.create type:data.deleted",
		"feishu im.message.create unknown_field:data.sim_priority",
		"feishu im.message.receive_v1 missing_field:event.sender.tenant_key",
		"feishu im.message.receive_v1 time_unit:event.message.create_time",
		"feishu im.message.receive_v1 type:event.message.create_time",
		"feishu im.message.receive_v1 unknown_field:event.message.sim_folded",
		"feishu webhook time_unit:X-Lark-Request-Timestamp",
		"tencent PhoneVerification missing_field:Response.Isp",
		"tencent PhoneVerification type:Response.ResultDetail",
		"tencent PhoneVerification unknown_field:Response.SimScore",
		"tencent SendSms unknown_field:Response.SendStatusSet.SimRoute",
	}
	for _, name := range []string{"more_fields", "fields_missing", "other_types", "upload_host", "sign_milliseconds"} {
		e, ok := scenario.EncounterNamed("shape/" + name)
		if !ok {
			t.Fatalf("got no scenario shape/%s, want one", name)
		}
		meet(h, e)
	}
	units, _ := scenario.EncounterNamed("shape/other_units")
	h.StopBot() // the counts of the first process stay
	undo := units.Shape(h.World)
	h.StartBot() // fetches a token
	h.Hire().ToReview()
	undo()

	metric := `shiming_platform_surprises_total{operation="auth.tenant_access_token",upstream="feishu",` +
		`what="time_unit:expire"} 1`
	if text := getPage(h, "/metrics"); !strings.Contains(text, metric) {
		t.Errorf("got no %s, want it", metric)
	}
	h.StopBot() // stores the last ones
	if got := listed(h); !slices.Equal(got, want) {
		t.Errorf("got the list\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	text := list(h, false)
	if !strings.HasPrefix(text, "shiming surprises 1\ncount ") || h.SecretIn(text, true) != "" {
		t.Errorf("got the text\n%s\nwant its first lines and nothing personal", text)
	}
	for _, w := range want {
		part := strings.Fields(w)
		if !strings.Contains(text, part[2]+"\n") {
			t.Errorf("got no line %q in the text, want one", w)
		}
		line := `"msg":"platform differs from its published page","upstream":"` + part[0] + `","operation":"` + part[1] +
			`","what":"` + part[2] + `"`
		// The second process may have met it again.
		if n := strings.Count(h.Logs.String(), line); n != 1 && n != 2 {
			t.Errorf("got %d lines %s, want one a process", n, line)
		}
	}
}

// list returns what shiming check --surprises prints while the bot runs.
func list(h *harness.Harness, asJSON bool) string {
	h.Helper()
	cfg, err := config.FromValues(h.Values)
	if err != nil {
		h.Fatal(err)
	}
	var out bytes.Buffer
	if err := doctor.ListSurprises(h.Ctx, &out, cfg, asJSON); err != nil {
		h.Fatal(err)
	}
	return out.String()
}

// listed returns upstream, operation and name of what is listed, in its order.
func listed(h *harness.Harness) (out []string) {
	h.Helper()
	var all []store.Surprise
	if err := json.Unmarshal([]byte(list(h, true)), &all); err != nil {
		h.Fatal(err)
	}
	for _, x := range all {
		if x.Count < 1 || x.First.IsZero() || x.Last.Before(x.First) {
			h.Errorf("got %+v, want a count and times", x)
		}
		out = append(out, strings.Join([]string{x.Upstream, x.Operation, x.What}, " "))
	}
	return out
}
