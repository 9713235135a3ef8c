package e2e

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shiming/e2e/harness"
	"shiming/sim"
	"shiming/sim/specimen"
	"shiming/sim/tencent"
	"shiming/sim/wire"
)

// TestNothingPersonalIsLeft runs through all failures and then searches every file and table that the bot has
// written, and its log.
func TestNothingPersonalIsLeft(t *testing.T) {
	setup := withFace()
	setup.Noisy = true
	h := harness.Start(t, setup)
	hr := h.Admin(0)
	dir := filepath.Dir(h.Values["security.keyset_file"])
	var wanted []canary
	want := func(what, text string) { wanted = append(wanted, newCanary(what, text)) }
	oneOff := func(upstream, operation, kind string) {
		h.World.Faults.Arm(wire.Fault{
			Upstream:  upstream,
			Operation: operation,
			Kind:      kind,
			Status:    502,
			Times:     1,
		})
	}

	// The first person makes every mistake, corrects both fields and meets every failure.
	p := h.Hire()
	name, number, mistyped := p.Person.Name+"改", sameBirthday(p.Person.Code), p.Person.Code[:17]+"?"
	h.World.Tencent.Register(name, number, p.Person.Mobile)
	for _, op := range operations {
		oneOff(op.upstream, op.name, wire.Error)
	}
	enterChat(p)
	wholeWayTo(p, func() {
		p.Press("confirm", map[string]any{"identity_code": mistyped, "mobile": "1600000"})
		p.See(sim.StageConfirmation, "应该是 11 位的大陆手机号")
		n := p.SMSCount()
		p.Press("confirm", map[string]any{"identity_name": name, "identity_code": number, "mobile": p.Person.Mobile})
		p.SentCode(n)
		p.See(sim.StageCode, "验证码已在")
		p.Press("submit_code", map[string]any{"sms_code": harness.WrongCode(p.SentCode(n))})
		p.Say(harness.WrongCode(harness.WrongCode(p.SentCode(n))))
		p.See(sim.StageCode, "还可以试 3 次")
		want("a wrong code", harness.WrongCode(p.SentCode(n)))
		want("a wrong code", harness.WrongCode(harness.WrongCode(p.SentCode(n))))
		if err := h.World.Tencent.ReturnNext(number, "-4"); err != nil {
			t.Fatal(err)
		}
		p.TypeCode()
		p.See(sim.StageConfirmation, "没有对上", "这次用银行卡核验")
		p.Press("method") // the first one again
		submitForm(p)
	})
	p.See(sim.StageReview)
	hr.Decides(p, "send_back", map[string]any{"reason": "other", "side": "details", "note": "请核对 " + p.Person.Mobile})
	submitForm(p)
	p.See(sim.StageReview)
	oneOff("feishu", "identities.create", wire.DropAfter)
	hr.Decides(p, "approve", nil) // by two admins, since the name was changed
	p.See(sim.StageAttention)
	oneOff("esign", "evidence.psn_realname", wire.DropAfter)
	s := hr.Sees(h.World.ReviewChat(), p, "resolve", "一、已经有了")
	h.ClickOn(hr.OpenID, s, "resolve", nil)
	s = hr.Sees(h.World.ReviewChat(), p, "resolve", "一、查到了")
	h.ClickOn(hr.OpenID, s, "resolve", map[string]any{"evi_point_id": h.World.ESign.Points()[0].ID})
	p.See(sim.StageDone)
	p.Say("我的资料")
	p.WaitForCard("谁看过")
	want("a corrected name", name)
	want("a corrected number", number)
	want("a mistyped number", mistyped)

	// Others are rejected, withdraw, or delete their data.
	q, s2, s3 := h.Hire(), h.Hire(), h.Hire()
	q.ToReview()
	looks(hr, q, "suspected_forgery") // the picture in the chat is the only place
	seesOriginals(hr)
	hr.Decides(q, "reject", map[string]any{"reason": "wrong_person", "note": "照片上是样例他人先生"})
	q.See(sim.StageRejected, "样例他人先生")
	want("a name in HR's words", "样例他人先生")
	s2.ToForm()
	s2.Press("cancel")
	s3.ToReview()
	s3.Say("删除我的资料")
	s3.Press("withdraw")
	s3.WaitForCard("都已删除")
	// One verifies by bank card, mistyped at first.
	carded := h.Hire()
	carded.ToForm()
	carded.Press("method")
	carded.See(sim.StageConfirmation, "这次用银行卡核验")
	carded.Press("confirm")
	carded.See(sim.StageBankCard)
	slip := carded.Person.BankCard[:18] + string('0'+(carded.Person.BankCard[18]-'0'+1)%10)
	carded.Press("submit_card", map[string]any{"bank_card": slip})
	carded.See(sim.StageBankCard, "像是有一位不对")
	typeCard(carded, carded.Person.BankCard)
	carded.See(sim.StageReview)
	hr.Decides(carded, "approve", nil)
	carded.See(sim.StageDone)
	want("a mistyped bank card", slip)
	// One verifies by face.
	faced := h.Hire()
	faced.ToForm()
	pressMethod(faced, "face")
	faced.See(sim.StageConfirmation, "这次用人脸核验")
	faced.Press("confirm")
	faced.See(sim.StageFace)
	showFace(faced, faceLink(faced), tencent.FaceOwn)
	faced.See(sim.StageReview)
	hr.Decides(faced, "approve", nil)
	faced.See(sim.StageDone)
	face := tencent.FacePicture(faced.Person.Code)
	wanted = append(wanted, canary{what: "a face", forms: [][]byte{face[len(face)/2 : len(face)/2+24]}})
	// Two have no ID card: one sends a photo that is misread at first, and corrects it; the other types.
	photographed, typist := h.Hire(), h.Hire()
	oneOff("feishu", "chinese_passport.recognize", wire.Error)
	toDocumentPhoto(photographed, specimen.Passport)
	page := pageOf(photographed, specimen.Passport, "page_number")
	photographed.SendImage(page)
	photographed.See(sim.StageConfirmation, "下面是照片上读到的")
	passport := photographed.Person.PageNumber(specimen.Passport)
	photographed.Press("confirm", map[string]any{"document_number": passport})
	photographed.See(sim.StageReview)
	typist.ToPhotos()
	typist.Press("other_document")
	typist.See(sim.StageConfirmation)
	const foreigner, foreign = "SAMPLESON, JANE ROE", "X7654321Q"
	typist.Press("confirm", map[string]any{"document": "passport", "identity_name": foreigner, "document_number": foreign})
	typist.See(sim.StageReview)
	hr.Decides(typist, "keep_on_file", nil)
	typist.See(sim.StageOnFile)
	want("the number of a document", passport)
	want("a misread number of a document", passport[:len(passport)-1]+string('0'+(passport[len(passport)-1]-'0'+1)%10))
	want("a name in Latin letters", photographed.Person.EnglishName())
	want("the name on a document", foreigner)
	want("a typed number of a document", foreign)
	wanted = append(wanted, canary{what: "the photo of a document", forms: [][]byte{page[len(page)/2 : len(page)/2+24]}})

	// The last one writes personal data into the chat and recalls the message too late.
	s2.Say("我是" + s2.Person.Name + "，" + s2.Person.Code + "，手机 " + s2.Person.Mobile)
	hr.Say("待审")
	hr.Say("统计")
	waitIdle(h)

	for _, e := range h.World.People() {
		want("a name", e.Person.Name)
		want("a number", e.Person.Code)
		want("a mobile", e.Person.Mobile)
		want("a bank card", e.Person.BankCard)
		want("an address", e.Person.Address)
		want("an issuer", e.Person.IssuedBy)
		for _, sms := range h.World.Tencent.Inbox(e.Person.Mobile) {
			want("a code", sms.Code())
		}
		for _, side := range []string{"front", "back"} {
			img := h.Photo(e.Person, side)
			wanted = append(wanted, canary{what: "a photo", forms: [][]byte{img[len(img)/2 : len(img)/2+24]}})
		}
	}
	if len(wanted) < 30 {
		t.Fatal("got too few canaries, want all of the test")
	}
	search := func(where string, b []byte) {
		for _, c := range wanted {
			if c.in(b) {
				t.Errorf("got %s in %s, want none", c.what, where)
			}
		}
	}
	search("the log", []byte(h.Logs.String()))
	files := func() {
		seen := 0
		err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			search(d.Name(), b)
			seen++
			return err
		})
		if err != nil || seen < 3 && os.Getenv(harness.OnPostgres) != "1" {
			t.Errorf("got %d files and %v, want the database's", seen, err)
		}
	}
	files() // including the write-ahead log
	h.StopBot()
	files()
	rows := readTables(t, h.Values["store.dsn"])
	for _, table := range []string{"river_job", "audit", "settings", "cases", "surfaces", "event_keys"} {
		if len(rows[table]) == 0 {
			t.Errorf("got an empty table %s, want rows", table)
		}
	}
	for table, row := range rows {
		search("table "+table, []byte(strings.Join(row, "\n")))
	}
	if !strings.Contains(strings.Join(rows["river_job"], ""), "502") && !strings.Contains(h.Logs.String(), `"upstream"`) {
		t.Error("got no recorded failure, want all of them")
	}
}

// wholeWayTo sends the photos of wholeWay; rest does the remaining steps.
func wholeWayTo(p harness.Person, rest func()) {
	p.H.Helper()
	p.ToPhotos()
	p.Send("front")
	p.See(sim.StagePhotos, "还差一张：国徽面")
	p.Send("front", "tilted")
	p.WaitForCard("又收到一张人像面")
	p.Send("back")
	p.See(sim.StageConfirmation)
	rest()
}

// readTables returns every row of every table as text.
func readTables(t *testing.T, dsn string) map[string][]string {
	t.Helper()
	path, onSQLite := strings.CutPrefix(dsn, "sqlite:")
	driver, from, list := "sqlite", path, `SELECT name FROM sqlite_master WHERE type = 'table'`
	if !onSQLite {
		driver, from, list = "pgx", dsn, `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`
	}
	db, err := sql.Open(driver, from)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	all := func(query string) (out [][]any, err error) {
		rows, err := db.Query(query)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		cols, err := rows.Columns()
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			vals, at := make([]any, len(cols)), make([]any, len(cols))
			for i := range vals {
				at[i] = &vals[i]
			}
			if err := rows.Scan(at...); err != nil {
				return nil, err
			}
			out = append(out, vals)
		}
		return out, rows.Err()
	}
	tables, err := all(list)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, name := range tables {
		rows, err := all(fmt.Sprintf(`SELECT * FROM "%s"`, name[0]))
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			text := ""
			for _, v := range row {
				if b, ok := v.([]byte); ok {
					v = string(b)
				}
				text += fmt.Sprint(v) + "|"
			}
			out[fmt.Sprint(name[0])] = append(out[fmt.Sprint(name[0])], text)
		}
	}
	return out
}
