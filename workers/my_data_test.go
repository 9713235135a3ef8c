package workers_test

import (
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestMyData: the card lists what is held, where it was sent and who looked, without clear data.
func TestMyData(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	workerstest.RequireCard(t, "nothing", askBot(w, "ou_1", "我的资料"), cards.MyData{Empty: true})
	c := w.Walk("ou_2", flows.SampleNumber, flows.Done)
	got := askBot(w, "ou_2", "我的资料")
	for _, id := range []string{"my_data.photos", "my_data.consent", "my_data.identity", "my_data.evidence",
		"disclosed.feishu_ocr", "disclosed.tencent_sms", "disclosed.tencent_faceid", "disclosed.feishu_identity",
		"disclosed.esign", "looked.review", "button.withdraw", "viewer.hr", "place.database"} {
		if !workerstest.Shows(got, id) {
			t.Errorf("it does not say %s", id)
		}
	}
	for _, clear := range []string{flows.SampleName, flows.SampleNumber, flows.SampleMobile} {
		if strings.Contains(got, clear) {
			t.Error("it holds clear data")
		}
	}
	w.Click("ou_2", c, cards.ActWithdraw)
	w.RunJobs()
	got = askBot(w, "ou_2", "我的资料")
	if !workerstest.Shows(got, "my_data.deleted") || strings.Contains(got, flows.SampleName) {
		t.Errorf("after the deletion: %s", got)
	}
	// During the writes the button to withdraw is missing.
	w.PutCase(flows.Recording, "ou_3")
	if got := askBot(w, "ou_3", "我的资料"); workerstest.Shows(got, "button.withdraw") {
		t.Error("withdrawing is offered during the writes")
	}
}

// TestMyDataOfSeveralCases: the card shows what an older case still holds, and lists events in order of time.
func TestMyDataOfSeveralCases(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	long := w.Now().AddDate(0, -6, 0)
	w.PutCase(flows.Done, "ou_1", func(c *flows.Case) {
		c.CreatedAt, c.EnteredAt, c.Sent = long, long, nil
		for i := range 10 {
			c.Sent = append(c.Sent, flows.Disclosure{To: "feishu_ocr", At: long.Add(time.Duration(i) * time.Hour)})
		}
	})
	w.PutCase(flows.Withdrawn, "ou_1", func(c *flows.Case) {
		c.CreatedAt, c.EnteredAt, c.Erased, c.PhotosGoneAt, c.Personal = w.Now(), w.Now(), w.Now(), w.Now(), flows.Personal{}
		c.Sent = []flows.Disclosure{{To: "feishu_ocr", At: w.Now()}, {To: "tencent_sms", At: w.Now()}}
	})
	got := askBot(w, "ou_1", "我的资料")
	if workerstest.Shows(got, "my_data.deleted") || !workerstest.Shows(got, "state.done") ||
		!workerstest.Shows(got, "button.withdraw") {
		t.Errorf("while an older case holds data: %s", got)
	}
	now := cards.Stamp(w.Now())
	if strings.Count(got, now+"  飞书文字识别") != 2 || !strings.Contains(got, now+"  腾讯云短信") { // content and zh_cn
		t.Errorf("what happened last is not shown: %s", got)
	}
}
