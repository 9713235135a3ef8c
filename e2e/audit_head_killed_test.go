package e2e

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"shiming/e2e/files"
	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/handover"
	"shiming/sim/wire"
	"shiming/store"
)

// TestHeadKilled kills the process before a head is published, while Feishu has taken its card and has not answered, and
// while the receiver of the heads has. After the restart the group has each head once, and the receiver has each at least
// once, always in the same words. What it has kept proves the trail.
func TestHeadKilled(t *testing.T) {
	s := harness.ServeProgram(t, sim.Config{})
	settings := s.World.Settings()
	s.Kill()
	s.Env = append(s.Env, "SHIMING_DPO_HEADS_URL="+s.World.HandoverURL+handover.Path,
		"SHIMING_DPO_HEADS_SECRET="+settings["handover.secret"])
	s.Start()
	e := s.World.Hire(1)[0]
	if _, err := s.World.Feishu.SendText(s.Ctx, e.OpenID, "实名"); err != nil {
		t.Fatal(err)
	}
	waitFor(t, s.Ctx, "the case", func() bool { id, _ := s.World.LatestCase(e); return id != "" })

	cardsOf := func(day string) (n int) {
		for _, m := range s.World.Feishu.Messages(s.World.ReviewChat()) {
			if card := string(m.Card); strings.Contains(card, "审计校验值") && strings.Contains(card, day) {
				n++
			}
		}
		return n
	}
	taken := func(day string) (bodies [][]byte) {
		for _, h := range s.World.Handover.Heads() {
			if h.Day == day {
				bodies = append(bodies, h.Body)
			}
		}
		return bodies
	}
	for i, f := range []*wire.Fault{
		nil, // at any moment
		{Upstream: sim.UpstreamFeishu, Operation: "message.create", Kind: wire.Delay, Delay: 20 * time.Second, Times: 1},
		{Upstream: sim.UpstreamHandover, Kind: wire.Delay, Delay: 20 * time.Second, Times: 1},
		{Upstream: sim.UpstreamHandover, Kind: wire.Hang, Times: 1},
	} {
		day := flows.RunDateOf(time.Now().AddDate(0, 0, i-10))
		if f != nil {
			s.World.Faults.Arm(*f)
		}
		job := flows.PublishHead(harness.Tenant, day, time.Time{})
		job.Key = "head/" + day
		if err := store.EnqueueOutside(s.Ctx, "sqlite:"+s.Dir+"/shiming.db", job); err != nil {
			t.Fatal(err)
		}
		waitFor(t, s.Ctx, "the call that is cut off", func() bool { return len(s.World.Faults.List()) == 0 })
		out := s.Kill()
		if f != nil && !strings.Contains(out, day) {
			t.Errorf("the process was killed before it published the head of %s: %s", day, out)
		}
		s.Start()
		waitFor(t, s.Ctx, "the head of "+day, func() bool { return cardsOf(day) > 0 && len(taken(day)) > 0 })
	}
	var kept [][]byte
	for i := range 4 {
		day := flows.RunDateOf(time.Now().AddDate(0, 0, i-10))
		bodies := taken(day)
		for _, b := range bodies {
			if !bytes.Equal(b, bodies[0]) {
				t.Errorf("the receiver got the head of %s in other words", day)
			}
		}
		if n := cardsOf(day); n != 1 {
			t.Errorf("the group has the head of %s %d times, want once", day, n)
		}
		kept = append(kept, bodies...)
	}
	file := files.WriteTemp(t, "heads.jsonl", string(bytes.Join(kept, []byte("\n"))))
	code, out := harness.Command(s.Ctx, append(s.Env, "LANG=zh_CN.UTF-8"), "privacy", "audit", "--heads", file,
		"--config", s.File).Run(t)
	if code != 0 || !strings.Contains(out, "有 4 个和数据库一致") || !strings.Contains(out, "没有校验值的日子") {
		t.Errorf("got %d %s, want the four heads found, and the days since then without one", code, out)
	}
}
