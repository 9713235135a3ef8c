package evidence

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"shiming/flows"
)

var update = flag.Bool("update", false, "write the golden files again")

// TestGoldenBundle shows what a bundle and its page look like. A difference changes the format: bundles that people hold
// must stay readable, so that the version has to grow with it.
func TestGoldenBundle(t *testing.T) {
	r := sampleRecord(t, Options{})
	bundle, err := Sign(r, sampleKey)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"bundle.json": bundle}
	for _, lang := range Languages {
		if files["page."+lang+".html"], err = Page(r, lang, bundle); err != nil {
			t.Fatal(err)
		}
		files["ledger."+lang+".txt"] = []byte(Text(r, lang))
	}
	for name, got := range files {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: got another file (%v), want the same; look at it and run with -update", name, err)
		}
	}
}

// TestReleasedBundles: files that an earlier program has written stay proven, whatever words the page has now.
func TestReleasedBundles(t *testing.T) {
	keys := keysOf(t, sampleKey)
	files, err := filepath.Glob("testdata/released/*")
	if err != nil || len(files) < 2 {
		t.Fatalf("got %d files and %v, want some", len(files), err)
	}
	for _, name := range files {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if r := Verify(file, keys); r.Verdict != Intact {
			t.Errorf("%s: got %s", name, r.Text("en"))
		}
	}
}

// TestPageOfAnotherVersion: a page whose words this program does not have is proven by its hash alone, and an altered
// one is noticed.
func TestPageOfAnotherVersion(t *testing.T) {
	r := sampleRecord(t, Options{})
	bundle, err := Sign(r, sampleKey)
	if err != nil {
		t.Fatal(err)
	}
	page, err := Page(r, "zh", bundle)
	if err != nil {
		t.Fatal(err)
	}
	older := bytes.ReplaceAll(page, []byte("登记编号"), []byte("案件编号"))
	rest, _, _ := withoutBundle(older)
	r.Pages = map[string]string{"zh": hexSum(rest)}
	payload, err := r.payload()
	if err != nil {
		t.Fatal(err)
	}
	rest, _, _ = withoutBundle(older)
	signed := signedBy(payload)
	file := bytes.Replace(rest, []byte(pageBundleStart), append([]byte(pageBundleStart), signed...), 1)
	keys := keysOf(t, sampleKey)
	if r := Verify(file, keys); r.Verdict != Intact {
		t.Errorf("got %s with %q, want intact", r.Verdict, codes(r))
	}
	altered := bytes.Replace(file, []byte("案件编号"), []byte("登记编号"), 1)
	if r := Verify(altered, keys); r.Verdict != Altered || codes(r) != "page_unknown" {
		t.Errorf("altered words: got %s with %q", r.Verdict, codes(r))
	}
	altered = bytes.Replace(file, []byte(`"serial": "r-1"`), []byte(`"serial": "r-2"`), 1)
	if r := Verify(altered, keys); r.Verdict != Altered || !strings.Contains(codes(r), "field") || r.At == 0 {
		t.Errorf("an altered bundle in it: got %s with %q", r.Verdict, codes(r))
	}
}

// TestPageNeedsNothingElse: no other resource, nothing that runs, and the words of people cannot become markup.
func TestPageNeedsNothingElse(t *testing.T) {
	c := sampleCase()
	c.Personal.Name = `<script>alert(1)</script>`
	c.Check.Supplier = `</script><img src=x>`
	rows := sampleTrail(t, c)
	r, err := Of(c, rows, flows.SamplePagePolicy(), Options{At: flows.SampleTime, Full: true, Reason: `"><b>`})
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := Sign(r, sampleKey)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range Languages {
		page, err := Page(r, lang, bundle)
		if err != nil {
			t.Fatal(err)
		}
		outside := regexp.MustCompile(`(?i)(<img|<link|<iframe|<object|<b>|url\(|@import|https?://| on[a-z]+=)`)
		if got := outside.Find(page); got != nil {
			t.Errorf("%s: got %s in the page, want nothing from outside", lang, got)
		}
		if n := bytes.Count(page, []byte("<script")); n != 1 {
			t.Errorf("%s: got %d scripts, want the data of the bundle alone", lang, n)
		}
		if r := Verify(page, keysOf(t, sampleKey)); r.Verdict != Intact {
			t.Errorf("%s: got %s", lang, r.Text("en"))
		}
	}
}

// TestMaskedRecord: no value of the person is in a masked record, its page or the terminal, in any encoding.
func TestMaskedRecord(t *testing.T) {
	r := sampleRecord(t, Options{})
	bundle, page := sampleBundle(t, sampleKey, Options{})
	payload, err := r.payload()
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{
		flows.SampleName, flows.SampleNumber, flows.SampleMobile, flows.SampleReadIP, "123456", "样本路1号", "1990-03-07",
	} {
		for name, file := range map[string][]byte{
			"bundle": bundle, "page": page, "payload": payload, "terminal": []byte(Text(r, "zh")),
		} {
			if bytes.Contains(file, []byte(value)) {
				t.Errorf("%s: the value of %d bytes is in clear", name, len(value))
			}
		}
	}
}

// TestNothingThatDidNotHappen: parts of a case that has not come so far are left out.
func TestNothingThatDidNotHappen(t *testing.T) {
	for _, tt := range []struct {
		state flows.State
		not   []string
	}{
		{flows.AwaitingConsent, []string{"read", "confirmed", "agreed", "code", "checked", "approved", "recorded", "filed"}},
		{flows.AwaitingCode, []string{"code", "checked", "approved", "recorded", "filed"}},
		{flows.AwaitingReview, []string{"approved", "recorded", "filed", "photos"}},
	} {
		c := flows.SampleCase(tt.state)
		r, err := Of(c, nil, flows.SamplePolicy(), Options{At: flows.SampleTime})
		if err != nil {
			t.Fatal(err)
		}
		raw, err := r.payload()
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range tt.not {
			if bytes.Contains(raw, []byte("\n"+indent+indent+`"`+part+`": `)) {
				t.Errorf("%s: got the part %s, which did not happen", tt.state, part)
			}
		}
	}
}
