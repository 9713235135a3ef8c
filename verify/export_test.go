package verify

// Codes gives the tests every code that has a row: common to all services, of SMS, of faceid.
func Codes() (common, sms, faceid []string) {
	keys := func(m map[string]row) (out []string) {
		for k := range m {
			out = append(out, k)
		}
		return out
	}
	return keys(commonCodes), keys(smsCodes), keys(faceidCodes)
}
