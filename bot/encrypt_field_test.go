package bot

import "testing"

// TestEncryptField checks that all JSON spellings of the body have the same result as the spelling of Feishu.
func TestEncryptField(t *testing.T) {
	for body, want := range map[string]string{
		`{"encrypt":"ab/c="}`:                 "ab/c=",
		`{ "encrypt" : "ab/c=" }`:             "ab/c=",
		`{"encrypt":"ab\/c="}`:                "ab/c=",
		"{\"encrypt\":\"ab/c=\"}\n":           "ab/c=",
		`{"encrypt":"ab/c=","other":"x"}`:     "ab/c=",
		`{"encrypt":"x","encrypt":"ab/c="}`:   "ab/c=",
		`{"encrypt":"\u0061b/c="}`:            "ab/c=",
		`{"encrypt":""}`:                      "",
		`{"encrypt":"`:                        "",
		`{"encrypt":"ab"`:                     "",
		`{"encrypt":7}`:                       "",
		`{}`:                                  "",
		``:                                    "",
		`{"encrypt":"a"} {"encrypt":"ab/c="}`: "",
	} {
		t.Run(body, func(t *testing.T) {
			got, r := encryptField([]byte(body))
			if got != want || (r == nil) != (want != "") {
				t.Errorf("%q gives %q, %+v; want %q", body, got, r, want)
			}
		})
	}
}
