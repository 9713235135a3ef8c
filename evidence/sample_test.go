package evidence

import (
	"bytes"
	"crypto/ed25519"
	"strings"
	"testing"
	"time"

	"shiming/flows"
)

// sampleKey is the signing key of the tests.
var sampleKey = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))

// otherKey is that of another installation.
var otherKey = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, ed25519.SeedSize))

// keysOf returns the key set that a company publishes.
func keysOf(t testing.TB, keys ...ed25519.PrivateKey) KeySet {
	t.Helper()
	raw, err := PublicKeys(keys)
	if err != nil {
		t.Fatal(err)
	}
	set, err := ParseKeys(raw)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// sampleTrail is the audit trail of a finished case, chained as the store chains it.
func sampleTrail(t testing.TB, c *flows.Case) []flows.AuditRow {
	t.Helper()
	read := c.Reading.Files[0]
	rows := []flows.AuditRow{
		{Actor: c.OpenID, Event: "open", To: flows.AwaitingConsent},
		{Actor: c.OpenID, Event: string(flows.Consented), From: flows.AwaitingConsent, To: flows.AwaitingPhotos,
			Why: "consent", Detail: map[string]string{
				"agreement": c.Consent.Version, "agreement_sha256": c.Consent.Hash, "read_sha256": read.SHA256,
				"read_at": flows.AuditTime(c.Reading.At), "read_type": string(c.Reading.Type),
				"read_ip": c.Personal.ReadIP, "read_title": read.Title + " <&>",
			}},
		{Actor: "bot", Event: string(flows.PhotoReadOK), Detail: map[string]string{"side": "front"}},
		{Actor: "bot", Event: string(flows.PhotoReadOK), Detail: map[string]string{"side": "back"}},
		{Actor: c.OpenID, Event: string(flows.Confirmed)},
		{Actor: "bot", Event: string(flows.PersonChecked), Detail: map[string]string{
			"outcome": string(c.Check.Outcome), "supplier": c.Check.Supplier, "serial": c.Check.Serial,
			"checked_at": flows.AuditTime(c.Check.At),
		}},
		{Actor: "ou_hr2", Event: flows.EventOriginal, Detail: map[string]string{"reason": "name_check"}},
		{Actor: "ou_hr1", Event: string(flows.Approved), Detail: map[string]string{"approval": "first of two"}},
		{Actor: "ou_hr2", Event: string(flows.Approved), To: flows.Recording},
		{Actor: "bot", Event: string(flows.PhotoUploaded), Detail: map[string]string{
			"side": "front", "file_id": "f1", "sha256": "aa11", "sha256_uploaded": "bb11", "changes": "as_sent"}},
		{Actor: "bot", Event: string(flows.PhotoUploaded), Detail: map[string]string{
			"side": "back", "file_id": "f2", "sha256": "aa22", "sha256_uploaded": "bb22", "changes": "as_sent"}},
		{Actor: "bot", Event: string(flows.IdentityRecorded), Detail: map[string]string{"verify_uid": c.Identity.ID}},
		{Actor: "bot", Event: string(flows.EvidenceStarted), Detail: map[string]string{
			"card_type": "CRED_PSN_CH_IDCARD", "mark": "入职"}},
		{Actor: "bot", Event: string(flows.EvidenceFiled), Detail: map[string]string{"evi_point_id": c.Evidence.ID}},
		{Actor: flows.ActorOperator, Event: flows.EventEvidenceExported, Detail: map[string]string{"format": "json"}},
	}
	prev := make([]byte, 32)
	for i := range rows {
		r := &rows[i]
		r.CaseID, r.Seq, r.Prev = c.ID, int64(i+1), prev
		r.At = flows.SampleTime.Add(time.Duration(i-len(rows)) * time.Minute)
		link, err := r.Link()
		if err != nil {
			t.Fatal(err)
		}
		r.Hash = flows.LinkHash(prev, link)
		prev = r.Hash
	}
	return rows
}

// sampleCase is a finished case with everything that a record can hold.
func sampleCase() *flows.Case {
	c := flows.SampleReadCase(flows.Done)
	c.Confirmed = flows.SampleTime.Add(-10 * time.Minute)
	c.Changed = []string{"identity_name"}
	c.Uploads = map[string]string{"front": "f1", "back": "f2"}
	c.Review = &flows.Review{By: "ou_hr2", First: "ou_hr1", What: flows.ReviewApproved, At: flows.SampleTime}
	c.Identity = &flows.Write{State: flows.WriteDone, ID: "uid-1", At: flows.SampleTime}
	c.Evidence = &flows.Write{State: flows.WriteDone, ID: "P4711", At: flows.SampleTime}
	return c
}

func sampleRecord(t testing.TB, o Options) *Record {
	t.Helper()
	c := sampleCase()
	o.At = flows.SampleTime.Add(time.Hour)
	policy := flows.SamplePagePolicy()
	policy.Agreement.Company = "样本公司"
	r, err := Of(c, sampleTrail(t, c), policy, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sampleBundle returns a bundle and its page in a language, signed by a key.
func sampleBundle(t testing.TB, key ed25519.PrivateKey, o Options) (bundle, page []byte) {
	t.Helper()
	r := sampleRecord(t, o)
	bundle, err := Sign(r, key)
	if err != nil {
		t.Fatal(err)
	}
	page, err = Page(r, "zh", bundle)
	if err != nil {
		t.Fatal(err)
	}
	return bundle, page
}

// codes returns the codes of the findings of a report.
func codes(r Report) string {
	var all []string
	for _, f := range r.Findings {
		all = append(all, f.Code)
	}
	return strings.Join(all, " ")
}

func publicOf(key ed25519.PrivateKey) ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

// signedBy returns a bundle of any content, signed with the sample key.
func signedBy(payload []byte) []byte {
	return signedAs(payload, headerOf(publicOf(sampleKey)).encode(), sampleKey)
}

func signedAs(payload []byte, protected string, key ed25519.PrivateKey) []byte {
	signature := ed25519.Sign(key, signingInput(protected, payload))
	return signed{payload, protected, base64url.EncodeToString(signature)}.file()
}
