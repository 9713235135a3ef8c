package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"shiming/flows"
)

func TestVerify(t *testing.T) {
	bundle, page := sampleBundle(t, sampleKey, Options{})
	foreign, foreignPage := sampleBundle(t, otherKey, Options{})
	keys := keysOf(t, sampleKey)
	junk := make([]byte, 10<<20)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(junk) // never fails
	text := bytes.Repeat([]byte("lorem ipsum 0123456789abcdef "), 10<<20/29)
	another := []byte(`{"payload":"e30","protected":"e30","signature":"e30"}`)
	rewrittenRow := resigned(t, `"actor": "ou_hr1"`, `"actor": "ou_hr9"`)
	rewrittenFact := resigned(t, `"evi_point_id": "P4711",`, `"evi_point_id": "P4712",`)
	for name, tt := range map[string]struct {
		file    []byte
		keys    KeySet
		verdict Verdict
		codes   string
	}{
		"the bundle":                      {bundle, keys, Intact, ""},
		"its page":                        {page, keys, Intact, ""},
		"the bundle without keys":         {bundle, nil, KeyUnproven, ""},
		"its page without keys":           {page, nil, KeyUnproven, ""},
		"a key among others":              {bundle, keysOf(t, otherKey, sampleKey), Intact, ""},
		"another installation's":          {foreign, keys, OtherKey, ""},
		"another installation's page":     {foreignPage, keys, OtherKey, ""},
		"cut off in the content":          {bundle[:len(bundle)/4], keys, Altered, "truncated"},
		"cut off in the payload":          {bundle[:len(bundle)*3/4], keys, Altered, "truncated"},
		"cut off behind the signature":    {bundle[:len(bundle)-3], keys, Altered, "shorter part_frame"},
		"the page cut off":                {page[:len(page)/2], keys, Altered, "truncated"},
		"the page cut off at its end":     {page[:len(page)-9], keys, Altered, "shorter part_page"},
		"something added":                 {append(bytes.Clone(bundle), "\n"...), keys, Altered, "longer part_page"},
		"nothing":                         {nil, keys, NoBundle, "no_signature"},
		"10 MB of noise":                  {junk, keys, NoBundle, "no_signature"},
		"10 MB of text":                   {text, keys, NoBundle, "no_signature"},
		"10 MB of text without keys":      {text, nil, NoBundle, "no_signature"},
		"an unlikely size":                {make([]byte, MaxFile+1), keys, NoBundle, "too_large"},
		"another JWS":                     {another, keys, Altered, "part_protected no_signature"},
		"a page that is none":             {bytes.Repeat([]byte("<p>hello</p>"), 99), keys, NoBundle, "no_signature"},
		"the readable part taken out":     {taken(t, bundle), keys, Altered, "byte part_frame"},
		"a newer version":                 {resigned(t, `"version": 1`, `"version": 2`), keys, NoBundle, "version"},
		"a row rewritten before signing":  {rewrittenRow, keys, Altered, "row_changed"},
		"a fact rewritten before signing": {rewrittenFact, keys, Altered, "fact_without_row"},
	} {
		t.Run(name, func(t *testing.T) {
			r := Verify(tt.file, tt.keys)
			if r.Verdict != tt.verdict || codes(r) != tt.codes {
				t.Errorf("got %s with %q, want %s with %q", r.Verdict, codes(r), tt.verdict, tt.codes)
			}
			for _, lang := range Languages {
				if text := r.Text(lang); strings.ContainsAny(text, "{}") || len(text) < 20 {
					t.Errorf("%s: got the words %q", lang, text)
				}
			}
		})
	}
}

// taken returns the bundle without the readable part, as a tool that knows only JWS would write it.
func taken(t *testing.T, bundle []byte) []byte {
	t.Helper()
	var jws struct {
		Payload   string `json:"payload"`
		Protected string `json:"protected"`
		Signature string `json:"signature"`
	}
	if err := json.Unmarshal(bundle, &jws); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(jws)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// resigned signs a content in which something was replaced first.
func resigned(t *testing.T, old, new string) []byte {
	t.Helper()
	r := sampleRecord(t, Options{})
	payload, err := r.payload()
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(payload, []byte(old), []byte(new), 1)
	if bytes.Equal(changed, payload) {
		t.Fatalf("%s is not in the record", old)
	}
	return signedBy(changed)
}

// TestAlteredBytesAreNoticed alters bytes all over a bundle and its page, one at a time, and every one of the parts
// that hold no content twice. Each time the report says so and, if the signature itself is whole, which byte it is.
func TestAlteredBytesAreNoticed(t *testing.T) {
	bundle, page := sampleBundle(t, sampleKey, Options{})
	keys := keysOf(t, sampleKey)
	for name, tt := range map[string]struct {
		file  []byte
		steps int
	}{"bundle": {bundle, 31}, "page": {page, 401}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(1, 2))
			file := bytes.Clone(tt.file)
			start := bytes.Index(file, bundle)
			payload := bytes.Index(file, []byte(toPayload))
			signature := bytes.LastIndex(file, []byte(toSignature)) + len(toSignature)
			for i := range file {
				once := i >= start && i < start+80 || i >= payload && i < payload+40 || i > signature-300
				if i%tt.steps != 0 && !once {
					continue
				}
				was := file[i]
				file[i] = was ^ byte(1+random.IntN(255))
				r := Verify(file, keys)
				inSignature := i >= signature && i < signature+signatureLength
				if r.Verdict != Altered && r.Verdict != NoBundle {
					t.Fatalf("byte %d: %q for %q: got %s", i+1, file[i], was, r.Verdict)
				} else if !inSignature && r.At != i+1 {
					t.Fatalf("byte %d: %q for %q: got the place %d and %q", i+1, file[i], was, r.At, codes(r))
				}
				file[i] = was
			}
		})
	}
}

// TestWhatWasAltered: the report names the field or the row.
func TestWhatWasAltered(t *testing.T) {
	bundle, page := sampleBundle(t, sampleKey, Options{})
	keys := keysOf(t, sampleKey)
	for name, tt := range map[string]struct {
		file     []byte
		old, new string
		keys     KeySet
		codes    string
		field    string
	}{
		"the point": {bundle, `"evi_point_id": "P4711"`, `"evi_point_id": "P4718"`, keys, "byte field part_evidence",
			"filed.evi_point_id"},
		"the serial number": {bundle, `"serial": "r-1"`, `"serial": "r-2"`, nil, "byte field part_evidence",
			"checked.serial"},
		"a field that was sent": {bundle, `"value": "CRED_PSN_CH_IDCARD"`, `"value": "CRED_PSN_CH_MACAO"`, keys,
			"byte field part_evidence", "filed.fields[12].value"},
		"a row":    {bundle, `"reason": "name_check"`, `"reason": "nameXcheck"`, keys, "byte field part_evidence", "looks[0].reason"},
		"a name":   {bundle, `"approved": [`, `"approvad": [`, keys, "byte field part_evidence", "approved"},
		"the page": {page, "样本公司</td>", "样品公司</td>", keys, "byte part_page", ""},
		"the page's bundle": {page, `"serial": "r-1"`, `"serial": "r-2"`, keys, "byte field part_evidence",
			"checked.serial"},
	} {
		t.Run(name, func(t *testing.T) {
			file := bytes.Replace(tt.file, []byte(tt.old), []byte(tt.new), 1)
			if bytes.Equal(file, tt.file) {
				t.Fatalf("%s is not in the file", tt.old)
			}
			r := Verify(file, tt.keys)
			if r.Verdict != Altered || codes(r) != tt.codes {
				t.Errorf("got %s with %q, want altered with %q", r.Verdict, codes(r), tt.codes)
			}
			if tt.field != "" && !strings.Contains(r.Text("en"), "the field "+tt.field+"\n") {
				t.Errorf("got %s, want the field %s", r.Text("en"), tt.field)
			}
		})
	}
}

// TestRewrittenContent: with both copies changed alike, nothing is covered by the signature. The trail then says which
// row was changed.
func TestRewrittenContent(t *testing.T) {
	bundle, _ := sampleBundle(t, sampleKey, Options{})
	var f struct{ Payload, Protected, Signature string }
	if err := json.Unmarshal(bundle, &f); err != nil {
		t.Fatal(err)
	}
	payload, err := base64url.DecodeString(f.Payload)
	if err != nil {
		t.Fatal(err)
	}
	payload = bytes.Replace(payload, []byte(`"actor": "ou_hr1"`), []byte(`"actor": "ou_hr9"`), 1)
	forged := signed{payload, f.Protected, f.Signature}.file()
	for _, keys := range []KeySet{nil, keysOf(t, sampleKey)} {
		r := Verify(forged, keys)
		if r.Verdict != Altered || codes(r) != "signature_only row_changed" || !strings.Contains(r.Text("en"), "Row 8 ") {
			t.Errorf("got %s with %q: %s", r.Verdict, codes(r), r.Text("en"))
		}
	}
	// Somebody signs a forgery with a key of his own and claims the company's.
	h := headerOf(keysOf(t, sampleKey)[KeyID(publicOf(sampleKey))])
	h.JWK = jwkOf(publicOf(otherKey))
	claimed := signedAs(payload, h.encode(), otherKey)
	if r := Verify(claimed, nil); r.Verdict != Altered || !strings.Contains(codes(r), "kid") {
		t.Errorf("a claimed key id: got %s with %q, want altered with kid", r.Verdict, codes(r))
	}
}

// FuzzVerify: no file makes the verification fail otherwise than by a report, and none but the bundle is proven.
func FuzzVerify(f *testing.F) {
	bundle, page := sampleBundle(f, sampleKey, Options{})
	keys := keysOf(f, sampleKey)
	for _, file := range [][]byte{bundle, page, bundle[:500], []byte(bundleStart), nil} {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		r := Verify(file, keys)
		if r.Verdict == Intact && !bytes.Equal(file, bundle) && !bytes.Equal(file, page) {
			t.Error("another file was proven")
		}
		for _, lang := range Languages {
			_ = r.Text(lang)
		}
	})
}

// TestMaskedRowsAreNotRecomputed: a masked bundle withholds one value of the trail and says so; in full it proves the
// row as well.
func TestMaskedRowsAreNotRecomputed(t *testing.T) {
	masked := sampleRecord(t, Options{})
	full := sampleRecord(t, Options{Full: true, Reason: "仲裁"})
	if got := fmt.Sprint(masked.Audit.Rows[1].Withheld); got != "[read_ip]" {
		t.Errorf("got %s withheld, want the address", got)
	}
	if masked.Audit.Rows[1].sum() == masked.Audit.Rows[1].Hash {
		t.Error("the masked row has the hash of the clear one")
	}
	for i, row := range full.Audit.Rows {
		if len(row.Withheld) > 0 || row.sum() != row.Hash {
			t.Errorf("row %d in full does not have its hash", i+1)
		}
	}
	if strings.Contains(string(masked.Audit.Rows[1].Link), flows.SampleReadIP) {
		t.Error("the masked row shows the address")
	}
}
