package vault

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Code is the kind of a failed call.
type Code string

// Codes. Vault answers a status and a list of texts, {"errors":["…"]}; it has no codes of its own.
const (
	CodeUnreachable    Code = "unreachable"
	CodeTimeout        Code = "timeout"
	CodeShape          Code = "unexpected_answer"
	CodeNoToken        Code = "missing_client_token"
	CodeDenied         Code = "permission_denied"
	CodeNoPath         Code = "no_such_path"
	CodeNoKey          Code = "encryption_key_not_found"
	CodeTooOld         Code = "version_disallowed_by_policy"
	CodeTooNew         Code = "version_too_new"
	CodeOtherKey       Code = "message_authentication_failed"
	CodeNotCiphertext  Code = "invalid_ciphertext"
	CodeBadRequest     Code = "bad_request"
	CodeNotAllowed     Code = "method_not_allowed"
	CodeConsistency    Code = "eventual_consistency"
	CodeQuota          Code = "quota"
	CodeNotInitialised Code = "not_initialised"
	CodeSealed         Code = "sealed"
	CodeRedirect       Code = "redirected"
	CodeCertificate    Code = "certificate_not_trusted"
	CodeNoLogin        Code = "invalid_role_or_secret_id"
	CodeWrappingToken  Code = "wrapping_token_not_valid"
	CodeWrapped        Code = "wrapped_answer"
	CodeNotRenewable   Code = "not_renewable"
	CodeServer         Code = "server_error"
)

// row is what one code means: whether a later try may succeed, and what the operator reads.
type row struct {
	temporary bool
	text      string
}

// rows says what follows each code.
var rows = map[Code]row{
	CodeUnreachable:    {true, "the key service cannot be reached"},
	CodeTimeout:        {true, "the key service does not answer"},
	CodeShape:          {false, "the key service answers something unexpected: is this a Vault?"},
	CodeNoToken:        {false, "the key service wants a token: set kms.token, or kms.role_id and kms.secret_id"},
	CodeDenied:         {false, "the key service denies it: is kms.token or the role still valid, and does its policy allow update?"},
	CodeNoPath:         {false, "the key service has no Transit engine there: compare kms.uri"},
	CodeNoKey:          {false, "the key service has no such key: compare kms.uri"},
	CodeTooOld:         {false, "the key service does not decrypt with that version any more: min_decryption_version"},
	CodeTooNew:         {false, "the key service has an older state of the key than the one that wrapped the file"},
	CodeOtherKey:       {false, "another key of the key service has wrapped the file, or the file is damaged"},
	CodeNotCiphertext:  {false, "the wrapped keys in the file are damaged"},
	CodeBadRequest:     {false, "the key service refuses the request"},
	CodeNotAllowed:     {false, "the key service does not allow the call there: compare kms.uri"},
	CodeConsistency:    {true, "the key service is not up to date yet"},
	CodeQuota:          {true, "the key service is asked too often"},
	CodeNotInitialised: {true, "the key service is not initialised"},
	CodeSealed:         {true, "the key service is sealed: somebody has to unseal it"},
	CodeRedirect:       {true, "the key service redirects: name the active node, or let standby nodes forward"},
	CodeServer:         {true, "the key service fails"},
	CodeCertificate:    {false, "the certificate of the key service is not trusted: set kms.ca_file"},
	CodeNoLogin:        {false, "the key service refuses the login: compare kms.role_id, and make a new kms.secret_id"},
	CodeWrappingToken: {false, "the wrapping token in kms.secret_id was used or has ended: make a new one, and if nobody " +
		"here has used it, destroy the secret_id, which somebody else has"},
	CodeWrapped:      {false, "the key service wraps its answer: kms.secret_id must be the secret_id itself, or set kms.secret_id_wrapped"},
	CodeNotRenewable: {false, "the token of the key service cannot be renewed: make one that is periodic, or use kms.role_id"},
}

// texts400 tells apart what Vault answers with 400, by a part of its text.
var texts400 = []struct {
	part string
	code Code
}{
	{"encryption key not found", CodeNoKey},
	{"disallowed by policy", CodeTooOld},
	{"version is too new", CodeTooNew},
	{"message authentication failed", CodeOtherKey},
	{"invalid ciphertext", CodeNotCiphertext},
	{"missing client token", CodeNoToken},
	{"invalid role or secret id", CodeNoLogin},
	{"invalid role id", CodeNoLogin},
	{"invalid secret id", CodeNoLogin},
	{"invalid role_id", CodeNoLogin}, // before Vault 1.13
	{"invalid secret_id", CodeNoLogin},
	{"failed to validate", CodeNoLogin},
	{"wrapping token", CodeWrappingToken},
	{"not renewable", CodeNotRenewable},
}

// Error is a failed call. It holds no body, no token and no key.
type Error struct {
	Op     string // encrypt, decrypt, health, login, unwrap, renew-self, lookup-self
	Code   Code
	Status int // HTTP; 0 without an answer
}

func (e *Error) Error() string {
	text := fmt.Sprintf("%s (%s, %s", rows[e.Code].text, e.Op, e.Code)
	if e.Status != 0 {
		text += fmt.Sprintf(", HTTP %d", e.Status)
	}
	return text + ")"
}

// Temporary reports whether a later try may succeed.
func (e *Error) Temporary() bool { return rows[e.Code].temporary }

// RetryAfter returns 0: Vault does not say.
func (*Error) RetryAfter() time.Duration { return 0 }

// MaybeApplied returns false: no call changes anything.
func (*Error) MaybeApplied() bool { return false }

// errorOf reads an answer that is not a success.
func errorOf(op string, status int, body []byte) *Error {
	e := &Error{Op: op, Status: status, Code: CodeBadRequest}
	switch {
	case status == http.StatusForbidden:
		e.Code = CodeDenied
	case status == http.StatusNotFound:
		e.Code = CodeNoPath
	case status == http.StatusMethodNotAllowed:
		e.Code = CodeNotAllowed
	case status == http.StatusPreconditionFailed:
		e.Code = CodeConsistency
	case status == http.StatusTooManyRequests:
		e.Code = CodeQuota
	case status == http.StatusNotImplemented:
		e.Code = CodeNotInitialised
	case status == http.StatusServiceUnavailable:
		e.Code = CodeSealed
	case status >= 300 && status < 400:
		e.Code = CodeRedirect
	case status >= 500:
		e.Code = CodeServer
		if strings.Contains(answered(body), "message authentication failed") { // before Vault 1.7
			e.Code = CodeOtherKey
		}
	case status == http.StatusBadRequest:
		said := answered(body)
		for _, t := range texts400 {
			if strings.Contains(said, t.part) {
				e.Code = t.code
				break
			}
		}
	case status < 300:
		e.Code = CodeShape
	}
	return e
}

// answered joins the texts of an answer, in lower case.
func answered(body []byte) string {
	var out struct{ Errors []string }
	if json.Unmarshal(body, &out) != nil {
		return ""
	}
	return strings.ToLower(strings.Join(out.Errors, " "))
}

// Codes lists every code.
func Codes() []Code { return slices.Sorted(maps.Keys(rows)) }
