package esign_test

import (
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	client "shiming/esign"
	"shiming/sim/esign"
	"shiming/sim/wire"
)

// TestRealClient runs the bot's own client against this platform: two readings of the same pages must agree.
func TestRealClient(t *testing.T) {
	for _, revision := range []string{esign.Revision2024, esign.Revision202510} {
		t.Run(revision, func(t *testing.T) {
			sim := esign.New(esign.Config{AppID: appID, AppSecret: secret, Revision: revision})
			rec, faults := wire.NewRecorder(0), &wire.Faults{}
			srv := httptest.NewServer(wire.Handler("esign", esign.Operation, rec, faults, sim))
			defer srv.Close()
			c, err := client.New(client.Config{
				BaseURL:   srv.URL,
				AppID:     appID,
				AppSecret: secret,
				Revision:  client.Revision(revision),
			})
			if err != nil {
				t.Fatal(err)
			}
			upload := func(name string) string {
				id, err := c.UploadFile(t.Context(), name, []byte("\xFF\xD8\xFF "+name))
				if err != nil {
					t.Fatal(err)
				}
				return id
			}
			p := client.PersonPoint{
				EviName:            "实名认证证据",
				CustomBizID:        "0197a1b2-0000-7000-8000-000000000001",
				Method:             client.MethodThreeElements,
				CompletedAt:        start,
				Name:               "样甲明",
				CardNo:             "899000199001010011",
				CardType:           client.CardResidentID,
				CardPortrait:       upload("front.jpg"),
				CardNationalEmblem: upload("back.jpg"),
				ThreeElements: &client.ThreeElements{
					InfoVerifySupplier: "样例核验",
					VerifyTime:         start,
					VerifySerialNumber: "req-1",
					Mobile:             "16000000001",
					SMSCode:            "123456",
					SMSSupplier:        "样例短信",
				},
			}
			if revision == esign.Revision202510 {
				p.Agreement = &client.CertAgreement{
					Title:    "数字证书服务协议",
					Version:  "20250801",
					Hash:     "f2ca1bb6c7e907d06dafe4687e579fce76b37e4e93b7605022da52e6ccc26fd2",
					ReadAt:   start.Add(-time.Minute),
					ReadType: client.ReadCheck,
					ReadIP:   "192.0.2.7",
				}
			}
			id, err := c.CreatePersonPoint(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			points := sim.PointsFor(p.CustomBizID)
			if len(points) != 1 || points[0].ID != id || points[0].Detail["smsCode"] != "123456" {
				t.Fatalf("points %v, id %s", points, id)
			}

			faults.Arm(wire.Fault{Operation: esign.OpPersonPoint, Kind: wire.DropAfter, Times: 1})
			_, err = c.CreatePersonPoint(t.Context(), p)
			var unknown interface{ MaybeApplied() bool }
			if !errors.As(err, &unknown) || !unknown.MaybeApplied() || len(sim.PointsFor(p.CustomBizID)) != 2 {
				t.Errorf("dropped after applying: %v, %d points, want 2", err, len(sim.PointsFor(p.CustomBizID)))
			}
			if rec.Count("esign", esign.OpPersonPoint) != 2 || rec.Count("esign", esign.OpPut) != 2 {
				t.Errorf("calls %+v", rec.Calls())
			}
		})
	}
}
