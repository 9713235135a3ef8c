package evidence

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"maps"
	"slices"
)

// MaxFile is the size of the largest file that Verify looks at. A bundle has some 100 KB.
const MaxFile = 64 << 20

// Verify proves a bundle, or the page that carries one, by the file alone. keys are the public keys that the verifier
// trusts; without any, the key that the bundle names is used, and the verdict says that this key is not proven.
//
// Nothing in the file is believed before a signature covers it. The parts are found by their form instead of parsed, so
// that an alteration anywhere leaves most of them. The signature covers one of two copies of the content; the file is
// then written once more from what was signed, and the first byte that differs is the altered one.
func Verify(file []byte, keys KeySet) Report {
	if len(file) > MaxFile {
		return Report{Verdict: NoBundle, Findings: []Finding{found("too_large", arg("bytes", len(file)),
			arg("limit", MaxFile))}}
	}
	p := partsOf(file)
	s, key, ok := p.proven(keys)
	switch {
	case !ok && p.signature == "":
		return p.unsigned(file)
	case !ok:
		return p.unproven()
	}
	out := Report{KeyID: KeyID(key), Verdict: Intact}
	switch {
	case len(keys) == 0:
		out.Verdict = KeyUnproven
	case keys[out.KeyID] == nil:
		out.Verdict = OtherKey
	}
	record, bad := readRecord(s.payload)
	if bad != nil {
		out.Verdict, out.Findings = NoBundle, []Finding{*bad}
		return out
	}
	out.Record = record
	if at, findings := locate(file, s, record); len(findings) > 0 {
		out.Verdict, out.At, out.Findings = Altered, at, findings
	}
	// A signed trail that does not fit itself was wrong before it was signed.
	if wrong := record.checkTrail(); len(wrong) > 0 {
		out.Verdict, out.Findings = Altered, append(out.Findings, wrong...)
	}
	return out
}

// parts are the pieces of a bundle as they stand in a file. A piece that was not found is empty.
type parts struct {
	evidence  []byte // the readable copy
	payload   []byte // decoded; nil if it is no base64url
	protected string
	signature string
	// runs are texts that may be the signature if the form around it is damaged.
	runs []string
}

// signatureLength is the length of a signature of 64 bytes in base64url.
const signatureLength = 86

// partsOf finds the pieces. The readable copy is what lies between the opening and the first piece of the signature.
func partsOf(file []byte) (p parts) {
	p.protected, p.signature = member(file, "protected"), member(file, "signature")
	if raw, err := base64url.DecodeString(member(file, "payload")); err == nil && len(raw) > 0 {
		p.payload = raw
	}
	if run := lastRun(file); run != "" {
		p.runs = []string{run[:signatureLength], run[len(run)-signatureLength:]}
	}
	if start := bytes.Index(file, []byte("{\n"+indent+indent+`"format": "`)); start >= 0 {
		// The record ends where its indentation does: everything in it is indented further.
		finish := "\n" + indent + "}"
		if size := bytes.Index(file[start:], []byte(finish)); size >= 0 {
			p.evidence = file[start : start+size+len(finish)]
		}
	}
	return p
}

// member returns the text of the last member of this name; "" if there is none.
func member(file []byte, name string) string {
	quoted := []byte(`"` + name + `":`)
	at := bytes.LastIndex(file, quoted)
	if at < 0 {
		return ""
	}
	rest := bytes.TrimLeft(file[at+len(quoted):], " \t\r\n")
	if len(rest) == 0 || rest[0] != '"' {
		return ""
	}
	value, _, finished := bytes.Cut(rest[1:], []byte(`"`))
	if !finished {
		return ""
	}
	return string(value)
}

// lastRun returns the last run of characters of base64url that is as long as a signature; "" if there is none.
func lastRun(file []byte) string {
	end := len(file)
	for i := len(file) - 1; i >= -1; i-- {
		if i >= 0 && isBase64url(file[i]) {
			continue
		}
		if end-i-1 >= signatureLength {
			return string(file[i+1 : end])
		}
		end = i
	}
	return ""
}

func isBase64url(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '-' || b == '_'
}

// proven looks for a copy of the content that a key has signed, and for the key. A damaged header is written again from
// each key, since a header holds nothing else.
func (p parts) proven(keys KeySet) (s signed, key ed25519.PublicKey, ok bool) {
	candidates := slices.Collect(maps.Values(keys))
	if own := p.ownKey(); own != nil {
		candidates = append(candidates, own)
	}
	for _, text := range append([]string{p.signature}, p.runs...) {
		signature, err := base64url.DecodeString(text)
		if err != nil || len(signature) != ed25519.SignatureSize {
			continue
		}
		for _, key := range candidates {
			protected := headerOf(key).encode()
			for _, payload := range [][]byte{p.payload, p.evidence} {
				if payload != nil && ed25519.Verify(key, signingInput(protected, payload), signature) {
					return signed{payload, protected, text}, key, true
				}
			}
		}
	}
	return signed{}, nil, false
}

// ownKey returns the key that the header names; nil if the header is damaged or its key id is another key's.
func (p parts) ownKey() ed25519.PublicKey {
	var h header
	raw, err := base64url.DecodeString(p.protected)
	if err != nil || json.Unmarshal(raw, &h) != nil {
		return nil
	}
	key := h.JWK.public()
	if key == nil || KeyID(key) != h.Kid {
		return nil
	}
	return key
}

// readRecord reads what was signed, or says why this program cannot.
func readRecord(payload []byte) (*Record, *Finding) {
	var version struct {
		Format  string
		Version int
	}
	if json.Unmarshal(payload, &version) != nil || version.Format != Format {
		f := found("no_signature")
		return nil, &f
	}
	if version.Version != Version {
		f := found("version", arg("version", version.Version), arg("known", Version))
		return nil, &f
	}
	var r Record
	if json.Unmarshal(payload, &r) != nil {
		f := found("no_signature")
		return nil, &f
	}
	return &r, nil
}

// unsigned reports a file without a signature: the beginning of a bundle, or something else.
func (p parts) unsigned(file []byte) Report {
	begins := bytes.HasPrefix(file, []byte(bundleStart)) || bytes.HasPrefix(file, []byte("<!doctype html>"))
	if begins && bytes.Contains(file, []byte(`"format": "`+Format+`"`)) {
		return Report{Verdict: Altered, At: len(file), Findings: []Finding{found("truncated", arg("byte", len(file)))}}
	}
	return Report{Verdict: NoBundle, Findings: []Finding{found("no_signature")}}
}

// unproven reports a bundle whose signature covers neither copy of the content. What the copies say then only helps to
// find the alteration.
func (p parts) unproven() (out Report) {
	out.Verdict = Altered
	add := func(f ...Finding) { out.Findings = append(out.Findings, f...) }
	var h header
	raw, err := base64url.DecodeString(p.protected)
	switch {
	case err != nil || json.Unmarshal(raw, &h) != nil || h.JWK.public() == nil:
		add(found("part_protected"))
	case KeyID(h.JWK.public()) != h.Kid:
		add(found("kid"))
	}
	content := p.payload
	if content == nil {
		content = p.evidence
	}
	record, bad := readRecord(content)
	if bad != nil {
		add(*bad)
		return out
	}
	wrong := record.checkTrail()
	switch {
	case p.payload != nil && p.evidence != nil && !bytes.Equal(p.payload, p.evidence):
		at := firstDifference(p.payload, p.evidence)
		add(found("copies_differ", arg("field", fieldAt(p.payload, at))))
	case len(wrong) > 0 || p.payload == nil || p.evidence == nil:
		add(found("signature_only"))
	default:
		add(found("signature"))
	}
	add(wrong...)
	return out
}
