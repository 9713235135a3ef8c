package config

import (
	"encoding/base64"
	"net/url"
	"strings"
)

// keys reports mistakes in what protects the key file.
func (v *validator) keys() {
	v.require("security.keyset_file", v.Security.KeysetFile)
	switch raw, err := base64.StdEncoding.DecodeString(v.Security.WrappingKey); {
	case v.Security.WrappingKey == "":
	case err != nil || len(raw) != 32:
		v.wrong("security.wrapping_key", NotWrappingKey)
	case v.KMS.URI != "":
		v.wrong("security.wrapping_key", TwoWrappings)
	}
	if v.KMS.URI == "" {
		return
	}
	u, err := url.Parse(v.KMS.URI)
	switch {
	case err != nil || !v.transitKey(u):
		v.wrong("kms.uri", NotKMSURI)
	case u.Scheme == "hcvault+http" && !loopback(u.Hostname()):
		v.wrong("kms.uri", PlainHTTP)
	}
	if v.KMS.RoleID == "" {
		v.require("kms.token", v.KMS.Token)
		return
	}
	v.require("kms.secret_id", v.KMS.SecretID)
	if v.KMS.Token != "" {
		v.wrong("kms.token", TwoLogins)
	}
}

// onlyFromEnviron are the keys that config.yaml must leave empty, because they are as good as the key file.
var onlyFromEnviron = map[string]bool{"kms.secret_id": true}

// transitKey reports whether u has the form hcvault://HOST[:PORT]/MOUNT/keys/NAME.
func (v *validator) transitKey(u *url.URL) bool {
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	n := len(parts)
	return (u.Scheme == "hcvault" || u.Scheme == "hcvault+http") && u.Host != "" && u.User == nil && u.RawQuery == "" &&
		u.Fragment == "" && n >= 3 && parts[n-2] == "keys" && parts[n-1] != ""
}
