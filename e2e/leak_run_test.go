package e2e

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/specimen"
	"shiming/sim/tencent"
	"shiming/sim/wire"
	"shiming/store/keyset"
	"shiming/store/pgtest"
)

// calledURLs is an observer that keeps the address of each call to a platform, with its query.
type calledURLs struct {
	mu  sync.Mutex
	all []string
}

func (u *calledURLs) Opening(*sim.World) {}

func (u *calledURLs) Joined(string, specimen.Person, string) {}

func (u *calledURLs) Message(feishu.Message) {}

func (u *calledURLs) Event(feishu.Observed) {}

func (u *calledURLs) SMS(tencent.SMS) {}

func (u *calledURLs) FaultEnded() {}

func (u *calledURLs) ClockMoved(time.Duration) {}

func (u *calledURLs) Call(x wire.Exchange) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.all = append(u.all, x.Call.Path+"?"+x.Query)
}

func (u *calledURLs) text() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return strings.Join(u.all, "\n")
}

// leakRun is a bot in a process of its own, whose people come to many ends.
type leakRun struct {
	*harness.Harness
	program *harness.ServedProgram
	urls    *calledURLs
	dsn     string
	// server holds the files of the PostgreSQL server; "" on SQLite.
	server string
	// printed is what commands beside the bot have printed.
	printed strings.Builder
	search  leakSearch
}

// startLeakRun starts the program on a database, with its temporary files in its directory and every trace of a crash
// wanted.
func startLeakRun(t *testing.T, postgres bool) *leakRun {
	t.Helper()
	r := &leakRun{urls: &calledURLs{}}
	tmp := t.TempDir()
	env := []string{
		"TMPDIR=" + tmp, "GOTRACEBACK=all", "SHIMING_TIMING_WRITE_QUIET=1ms", "SHIMING_TIMING_CODE_RESEND=1ms",
		"SHIMING_VERIFICATION_LADDER=three_elements,bank_card_four,face", "SHIMING_EVIDENCE_FACE_LIVE_SCORE=status",
	}
	if postgres {
		server, err := pgtest.Start()
		pgtest.SkipIfMissing(t, err)
		t.Cleanup(func() { _ = server.Close() })
		if r.dsn, err = server.Database(t.Context()); err != nil {
			t.Fatal(err)
		}
		if at, err := url.Parse(r.dsn); err == nil && os.Getenv("SHIMING_TEST_POSTGRES") == "" {
			r.server = at.Query().Get("host")
		}
		file := filepath.Join(t.TempDir(), "keyset.json")
		if err := keyset.Write(file, keyset.New()); err != nil {
			t.Fatal(err)
		}
		env = append(env, "SHIMING_STORE_DSN="+r.dsn, "SHIMING_SECURITY_KEYSET_FILE="+file)
	}
	r.program = harness.ServeProgram(t, sim.Config{Observer: r.urls}, env...)
	r.Harness = r.program.Harness()
	if !postgres {
		r.dsn = "sqlite:" + filepath.Join(r.program.Dir, "shiming.db")
	}
	if err := os.Mkdir(filepath.Join(r.program.Dir, "copies"), 0o700); err != nil {
		t.Fatal(err)
	}
	return r
}

// says runs a command beside the bot and keeps what it prints.
func (r *leakRun) says(args ...string) {
	r.Helper()
	code, out := harness.Command(r.Ctx, r.program.Env, append(args, "--config", r.program.File)...).Run(r.T)
	if code != 0 {
		r.Fatalf("%v: got %d, want 0: %s", args, code, out)
	}
	r.printed.WriteString(out)
}

// backup copies the database while the bot works on it.
func (r *leakRun) backup() {
	r.Helper()
	file := filepath.Join(r.program.Dir, "copies", "copy")
	if r.server == "" {
		r.says("backup", file+".db")
		return
	}
	bin, err := pgtest.Tools()
	pgtest.SkipIfMissing(r.T, err)
	for _, format := range []string{"plain", "custom"} {
		dump := exec.CommandContext(r.Ctx, filepath.Join(bin, "pg_dump"), "--format="+format, "--no-owner",
			"--file="+file+"."+format, r.dsn)
		if out, err := dump.CombinedOutput(); err != nil {
			r.Fatalf("pg_dump: %v %s", err, out)
		}
	}
}

// opens lets an admin look somebody up and open the case at the desk, with the button of an act on it.
func (r *leakRun) opens(a harness.Admin, p harness.Person, act string) harness.CardView {
	r.Helper()
	a.Say(p.OpenID)
	found := r.Find(a.Chat(), "the answer about the person", func(s harness.CardView) bool {
		return s.Says("你问的人", "待审核") && s.Has("next") && strings.Contains(string(s.Msg.Card), p.OpenID)
	})
	r.ClickOn(a.OpenID, found, "next", nil)
	return a.Sees(a.Chat(), p, act)
}

// play lets people come to their ends: filed, corrected and rejected, by bank card, by face, with another document,
// withdrawn, given up, invited. It ends with some of everything at rest.
func (r *leakRun) play() {
	r.Helper()
	hr, l := r.Admin(0), &r.search
	filed, corrected, carded, faced := r.Hire(), r.Hire(), r.Hire(), r.Hire()
	typist, withdrawn, gaveUp, invited := r.Hire(), r.Hire(), r.Hire(), r.Hire()

	filed.ToReview()
	s := r.opens(hr, filed, "peek")
	r.ClickOn(hr.OpenID, s, "peek", map[string]any{"peek_reason": "suspected_forgery"})
	seesOriginals(hr)
	r.ClickOn(hr.OpenID, hr.Sees(hr.Chat(), filed, "approve"), "approve", nil)
	filed.See(sim.StageDone)
	filed.Say("我的资料")
	card := filed.WaitForCard("我的资料", "要一份副本", "申请更正")
	r.ClickOn(filed.OpenID, card, "correct_data", map[string]any{"request_words": "号码应是" + filed.Person.Code})
	card = r.Find(filed.ChatID, "the request on the card", func(s harness.CardView) bool {
		return s.Has("copy_data") && s.Says("更正资料")
	})
	r.ClickOn(filed.OpenID, card, "copy_data", nil)
	r.Until("both files", func() bool { return len(filesOf(r.Harness, filed.ChatID)) == 2 })

	name, number := corrected.Person.Name+"改", sameBirthday(corrected.Person.Code)
	r.World.Tencent.Register(name, number, corrected.Person.Mobile)
	corrected.ToForm()
	l.add("a corrected name", name)
	l.add("a corrected number", number)
	n := corrected.SMSCount()
	corrected.Press("confirm", map[string]any{"identity_name": name, "identity_code": number})
	wrong := harness.WrongCode(corrected.SentCode(n))
	l.inText = append(l.inText, canary{what: "a wrong code", whole: []byte(wrong)})
	corrected.See(sim.StageCode, "验证码已在")
	corrected.Press("submit_code", map[string]any{"sms_code": wrong})
	corrected.TypeCode()
	corrected.See(sim.StageReview)
	r.program.Kill() // a process that was killed leaves no less than one that ended
	r.program.Start()
	s = r.opens(hr, corrected, "reject")
	l.add("a name in HR's words", "样例他人先生")
	r.ClickOn(hr.OpenID, s, "reject", map[string]any{"reason": "wrong_person", "note": "照片上是样例他人先生"})
	corrected.See(sim.StageRejected)

	carded.ToForm()
	pressMethod(carded, "bank_card_four")
	carded.See(sim.StageConfirmation, "这次用银行卡核验")
	carded.Press("confirm")
	carded.See(sim.StageBankCard)
	typeCard(carded, carded.Person.BankCard)
	carded.See(sim.StageReview)
	r.backup()

	faced.ToForm()
	pressMethod(faced, "face")
	faced.See(sim.StageConfirmation, "这次用人脸核验")
	faced.Press("confirm")
	faced.See(sim.StageFace)
	showFace(faced, faceLink(faced), tencent.FaceOwn)
	faced.See(sim.StageReview)
	face := tencent.FacePicture(faced.Person.Code)
	l.everywhere = append(l.everywhere, canary{what: "a face", forms: [][]byte{face[len(face)/2 : len(face)/2+24]}})

	typist.ToPhotos()
	typist.Press("other_document")
	typist.See(sim.StageConfirmation)
	const foreigner, foreign = "SAMPLESON, JANE ROE", "X7654321Q"
	typist.Press("confirm", map[string]any{
		"document": "passport", "identity_name": foreigner, "document_number": foreign,
	})
	typist.See(sim.StageReview)
	l.add("a name on a document", foreigner)
	l.add("a number of a document", foreign)

	withdrawn.ToReview()
	withdrawn.Say("删除我的资料")
	withdrawn.Press("withdraw")
	withdrawn.WaitForCard("都已删除")
	gaveUp.ToForm()
	gaveUp.Press("cancel")

	hr.Say("邀请\n" + invited.Person.Name + "\n" + invited.OpenID + "\n样例无此人")
	l.add("a name of a list", "样例无此人")
	r.Find(hr.Chat(), "the preview of the campaign", func(s harness.CardView) bool { return s.Offers("invite") })
	hr.Say("导出")
	choices := r.Find(hr.Chat(), "the choices for a file", func(s harness.CardView) bool { return s.Offers("export") })
	r.ClickOn(hr.OpenID, choices, "export", nil)
	exportedFile(hr)
	for _, word := range []string{"待审", "统计"} {
		hr.Say(word)
	}
	gaveUp.Say("我是" + gaveUp.Person.Name + "，" + gaveUp.Person.Code + "，手机 " + gaveUp.Person.Mobile)
	gaveUp.WaitForCard("实名")
	if _, err := r.World.Feishu.SendGroupText(r.Ctx, hr.OpenID, r.World.ReviewChat(), "待审", true); err != nil {
		r.Fatal(err)
	}
	r.says("keys", "list")
	r.says("purge", "--dry-run")
	r.says("privacy", "report")
	r.says("privacy", "audit")

	// What begins a picture as the program writes it again, and as others do.
	l.everywhere = append(l.everywhere, canary{what: "a picture", forms: [][]byte{
		{0xff, 0xd8, 0xff, 0xdb, 0x00, 0x84, 0x00}, []byte("JFIF\x00"), []byte("\x89PNG\r\n"),
	}})
	for _, e := range r.World.People() {
		l.addPerson(r.Harness, e.Person)
		for _, sms := range r.World.Tencent.Inbox(e.Person.Mobile) {
			l.inText = append(l.inText, canary{what: "a code", whole: []byte(sms.Code())})
		}
	}
}

// dies ends the program with SIGQUIT, which makes the runtime print where every goroutine stands.
func (r *leakRun) dies() {
	r.Helper()
	p := r.program.Running
	if err := p.Cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		r.Fatal(err)
	}
	p.WaitExit(r.T)
	if !strings.Contains(p.Out.String(), "goroutine ") {
		r.Errorf("no stack traces after SIGQUIT, want all")
	}
}

// asBot posts a text as the bot, as a leak would.
func (r *leakRun) asBot(ctx context.Context, chat, text string) {
	r.Helper()
	base, settings := r.World.FeishuURL, r.World.Settings()
	var token struct {
		Token string `json:"tenant_access_token"`
	}
	postJSON(r.T, ctx, base+"/open-apis/auth/v3/tenant_access_token/internal", "", map[string]string{
		"app_id": settings["feishu.app_id"], "app_secret": settings["feishu.app_secret"],
	}, &token)
	postJSON(r.T, ctx, base+"/open-apis/im/v1/messages?receive_id_type=chat_id", token.Token, map[string]string{
		"receive_id": chat, "msg_type": "text", "content": `{"text":"` + text + `"}`,
	}, &struct{}{})
}
