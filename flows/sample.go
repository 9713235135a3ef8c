package flows

import (
	"strconv"
	"time"

	"shiming/cards"
	"shiming/idcard"
)

// The samples serve the tests of several packages. The program does not use them.

// SampleTime is noon in China, outside the quiet hours.
var SampleTime = time.Date(2026, 6, 1, 12, 0, 0, 0, ChinaTime)

// The person of the samples. The numbers have a valid check digit and the code of a region that does not exist.
const (
	SampleName   = "样甲明"
	SampleNumber = "899000199003070296"
	SampleMobile = "13900001234"
	// SampleBankCard is a number with a right check digit that no bank has issued.
	SampleBankCard = "6200000000000050005"
	// OtherNumber is the ID number of another person.
	OtherNumber = "899000198512121237"
)

// SamplePolicy returns the defaults of config.yaml with ThreeElements and two admins.
func SamplePolicy() *Policy {
	p := &Policy{
		Method:       ThreeElements,
		ReviewAlways: true,
		Admins:       []string{"ou_hr1", "ou_hr2"},
		RequestDays:  15,
		Documents:    DefaultDocuments(),
		Campaign: CampaignRules{
			PerMinute: 120, Joiners: JoinersOff, Chases: MaxChases, ChaseEvery: 24 * time.Hour, OCRPerSecond: 10,
		},
		Agreement: cards.Agreement{
			Categories: []string{"card", "record"},
			Purposes:   []string{"identity", "evidence"},
			Recipients: []string{"feishu", "esign"},
			Viewers:    []string{"hr"},
			Places:     []string{"database"},
			Kept:       []string{"record"},
			Rights:     []string{"withdraw", "ask"},
			AnswerDays: 15,
			Supplier:   cards.DefaultSupplier,
			Version:    cards.AgreementVersion,
		},
		ReminderAfter:       4 * time.Hour,
		ExpireAfter:         7 * 24 * time.Hour,
		CodeTTL:             10 * time.Minute,
		CodeResend:          time.Minute,
		PhotoGrace:          time.Hour,
		UnfinishedRetention: 30 * 24 * time.Hour,
		LeaverRetention:     3 * 365 * 24 * time.Hour,
		WriteQuiet:          time.Minute,
	}
	p.Agreement.Retention = p.Retention()
	return p
}

// SampleReadIP is the address from which the agreements of the samples were read.
const SampleReadIP = "2001:db8::7"

// SamplePagePolicy returns SamplePolicy with revision 2025-10 and an agreement page with two agreements.
func SamplePagePolicy() *Policy {
	p := SamplePolicy()
	p.Revision = Revision202510
	p.Page = &AgreementPage{
		Files: []AgreementFile{
			{Title: "数字证书服务协议", Version: "20250801", SHA256: "aa"},
			{Title: "认证服务协议", Version: "3", SHA256: "bb"},
		},
		ReadType: ReadCheck,
		Login:    LoginFeishu,
		Link: func(l AgreementLink, until time.Time) string {
			return "https://hr.example.com/agreement/" + l.CaseID + "." + strconv.FormatInt(l.Rev, 10) + "." +
				strconv.FormatInt(until.Unix(), 10)
		},
	}
	return p
}

// SampleReading returns what the page of a policy reports when somebody accepts what it shows.
func SampleReading(p *Policy) *PageReading {
	return &PageReading{
		Files:       p.Page.Files,
		ConsentHash: p.Agreement.Hash(),
		Type:        p.Page.ReadType,
		Login:       p.Page.Login,
		IP:          SampleReadIP,
	}
}

// SampleReadCase returns SampleCase of revision 2025-10, whose applicant has read the agreements of SamplePagePolicy.
func SampleReadCase(s State) *Case {
	c, p := SampleCase(s), SamplePagePolicy()
	c.Revision = Revision202510
	if s != AwaitingConsent {
		c.Consent = &Consent{Version: p.Agreement.Version, Hash: p.Agreement.Hash(), At: SampleTime.Add(-time.Hour)}
		c.Reading = &Reading{
			Files: p.Page.Files,
			At:    SampleTime.Add(-time.Hour),
			Type:  ReadCheck,
			Login: LoginFeishu,
			Rev:   1,
		}
		c.Personal.ReadIP = SampleReadIP
	}
	return c
}

// SampleReadings returns the readings of both sides of the sample person's card.
func SampleReadings() (front, back idcard.Reading) {
	one, zero := 1, 0
	f, err := idcard.ParseEntities(&one, []idcard.Entity{
		{Type: idcard.FieldName, Value: SampleName},
		{Type: idcard.FieldNumber, Value: SampleNumber},
		{Type: idcard.FieldGender, Value: "男"},
		{Type: idcard.FieldRace, Value: "汉"},
		{Type: idcard.FieldBirth, Value: "1990年3月7日"},
		{Type: idcard.FieldAddress, Value: "样本省样本市样本路1号"},
	}, nil, SampleTime)
	if err != nil {
		panic(err)
	}
	b, err := idcard.ParseEntities(&zero, []idcard.Entity{
		{Type: idcard.FieldIssuedBy, Value: "样本市公安局"},
		{Type: idcard.FieldValidFrom, Value: "2020.01.01"},
		{Type: idcard.FieldValidTo, Value: "2040.01.01"},
	}, nil, SampleTime)
	if err != nil {
		panic(err)
	}
	return f[0], b[0]
}

// SampleCase returns a case that has reached s without problems. In NeedsAttention the identity's outcome is unknown.
func SampleCase(s State) *Case {
	front, back := SampleReadings()
	sf, sb := front.Seal(), back.Seal()
	c := &Case{
		ID:        "01976f00-0000-7000-8000-000000000001",
		OpenID:    "ou_applicant",
		State:     s,
		Rev:       7,
		Version:   7,
		Method:    ThreeElements,
		CreatedAt: SampleTime.Add(-time.Hour),
		EnteredAt: SampleTime.Add(-10 * time.Minute),
		Consent:   &Consent{Version: "1", Hash: "h", At: SampleTime.Add(-time.Hour)},
		Photos: []Photo{
			{
				ID:        "p1",
				MessageID: "om_1",
				FileKey:   "k1",
				Kind:      "image",
				State:     PhotoRead,
				Side:      idcard.Front,
				SHA256:    "a",
			},
			{
				ID:        "p2",
				MessageID: "om_2",
				FileKey:   "k2",
				Kind:      "image",
				State:     PhotoRead,
				Side:      idcard.Back,
				SHA256:    "b",
			},
		},
		Personal: Personal{
			Front:  &sf,
			Back:   &sb,
			Name:   SampleName,
			Number: SampleNumber,
			Mobile: SampleMobile,
		},
	}
	switch s {
	case AwaitingConsent:
		c.Consent, c.Photos, c.Personal = nil, nil, Personal{}
	case AwaitingPhotos:
		c.Photos[1].State, c.Personal.Back = PhotoStored, nil
		c.Personal.Name, c.Personal.Number, c.Personal.Mobile = "", "", ""
	case AwaitingConfirmation:
		c.Personal.Name, c.Personal.Number, c.Personal.Mobile = "", "", ""
	case AwaitingBankCard:
		c.Method, c.Confirmed = BankCardFour, SampleTime.Add(-3*time.Minute)
		c.BankCard = &BankCard{Seq: 1, State: BankKnownAs, Kind: CardDebit, Found: true, At: SampleTime.Add(-time.Minute)}
		c.Personal.BankCard, c.Personal.OpeningBank = SampleBankCard, "样本银行"
	case AwaitingFace:
		c.Method, c.Confirmed = Face, SampleTime.Add(-3*time.Minute)
		c.FaceCheck = &FaceCheck{
			Seq:      1,
			State:    FaceOpen,
			AgreedAt: SampleTime.Add(-2 * time.Minute),
			OpenedAt: SampleTime.Add(-time.Minute),
		}
		c.Personal.FaceToken, c.Personal.FaceURL = "face-token-1", "https://face.example.com/?BizToken=face-token-1"
	case AwaitingCode:
		c.Code = &Code{
			Seq:      1,
			State:    CodeStateSent,
			MAC:      []byte("right"),
			AskedAt:  SampleTime.Add(-2 * time.Minute),
			SentAt:   SampleTime.Add(-2 * time.Minute),
			Supplier: "腾讯云",
		}
		c.CodeSeq, c.CodesAsked = 1, []time.Time{SampleTime.Add(-2 * time.Minute)}
	case Checking, AwaitingReview, Decided, Recording, Filing, NeedsAttention, Done:
		c.Code = &Code{
			Seq:      1,
			State:    CodeStateSent,
			MAC:      []byte("right"),
			AskedAt:  SampleTime.Add(-2 * time.Minute),
			SentAt:   SampleTime.Add(-2 * time.Minute),
			PassedAt: SampleTime.Add(-time.Minute),
			Supplier: "腾讯云",
			Serial:   "s-1",
		}
		c.CodeSeq, c.Confirmed, c.Rounds = 1, SampleTime.Add(-3*time.Minute), 1
		c.Personal.SMSCode = "123456"
		if s != Checking {
			c.Check = &Check{
				Outcome:  CheckMatch,
				Supplier: "腾讯云",
				Serial:   "r-1",
				At:       SampleTime.Add(-time.Minute),
			}
		}
	}
	switch s {
	case Recording, Filing, Done, NeedsAttention:
		c.Review = &Review{
			By:    "ou_hr1",
			What:  ReviewApproved,
			At:    SampleTime.Add(-30 * time.Second),
			Round: 1,
		}
		c.Uploads = map[string]string{"front": "f1", "back": "f2"}
		c.Identity = &Write{State: WriteStarted, Attempt: 1, Job: "job"}
	}
	if s == Decided {
		c.Review = &Review{By: "ou_hr1", What: ReviewApproved, At: SampleTime.Add(-5 * time.Second), Round: 1}
		c.Pending = &PendingReview{Until: SampleTime.Add(5 * time.Second), Since: SampleTime.Add(-time.Minute)}
	}
	if s == OnFile {
		c.Review = &Review{By: "ou_hr1", What: ReviewOnFile, At: SampleTime.Add(-30 * time.Second), Round: 1}
	}
	switch s {
	case Filing, Done:
		c.Identity.State, c.Identity.ID = WriteDone, "ou_uid"
		c.Evidence = &Write{State: WriteStarted, Attempt: 1, Job: "job"}
	case NeedsAttention:
		c.Identity.State = WriteUnknown
		c.Attention = &Attention{
			Step:   StepIdentity,
			Return: Recording,
			Rev:    6,
			Code:   StopUnknownOutcome,
			Since:  SampleTime,
		}
	}
	if s.Terminal() {
		c.Outcome = string(s)
	}
	return c
}

// SampleDoneCase returns a done case with an evidence point, changed by the functions.
func SampleDoneCase(change ...func(*Case)) *Case {
	c := SampleCase(Done)
	c.Evidence = &Write{State: WriteDone, ID: "P1", At: SampleTime}
	for _, f := range change {
		f(c)
	}
	return c
}
