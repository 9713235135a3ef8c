package feishu

import (
	"crypto/aes"
	"encoding/base64"
	"testing"
)

// Published vectors: A is from the page 步骤三：接收事件, B and C are from tests of the public SDKs.
const (
	vectorA = `P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=`
	vectorB = `bZ3L7yh6m3Fkuffl4g+3uGjIHnhOm5fVZbKVuyT8t7tcd5ABMYm8l28/X900ZL3knZ7n+sCREu/H2WnIzft0amC7+xWqNH8o25IU63N4BnZWfHh+4hyG76QPd19vkw2bPJCx9aqxK8Nz+xqFNbk0RdgyWhmgd30jSxHtcQXAllkI7FMpGpOCteJad3bLXPDBQIV/xkCtKICCS7Z63gakpxZCLaRZ3qCXP1fapHh+LBIupxenrU6ysc7I3nHmjmKie41IiWwS5puG4zQHhVbq6KWLcgWm/3NBZOPQy53ucMu75SXA55I7jarVLZXWUcqBGrcgE3vouWbtwgZuzmoTQl0GSh5VYSVvpW992BuGxUWj0XjPYdICJm6Cr7xouNXwMcdb7N8caVdkdSZeEnswG19qSyDoQhklwzNGW0yiaayulBqJNjfge/G5V3401c2XaIuAeEIo+QQ4RSNpRGfnHkbu/j55FGQAGWjpuBNaIwZbaUoVP3NkGP+vM5rpEDe3sL2GN+Xsd+g9yBs7FqdMV8mXTGgLjCqjrPrke5/km76Q3Pe6KPs2YexMRG4MkSx3xUTzZnNn7zIzShPcjeSwBd2pxk6ht5N+fzueZdxl6Oo=`
	vectorC = `tT1xP+ovuc0T3b/rnZX3ax76exqAn0ANQ6/U45GcciC0mgNBc8JtvqOJGNAPMKpgRs2dVU1NYk9VDeqS8T4SYtU0hzNU54aS84WnxvZ3VFfDcy/RyABlNqlUiGyLDzFI0yxdCMT4KR/YEQXlt6nZi50KwRlZ+A75r645KesZuLMljezYyY8VeeXEVjPw35+e`
	plainB  = `{"schema":"2.0","header":{"event_id":"f7984f25108f8137722bb63cee927e66","event_type":"contact.user.created_v3","app_id":"cli_xxxxxxxx","tenant_key":"xxxxxxx","create_time":"1603977298000000","token":"v"},"event":{"object":{"open_id":"ou_7dab8a3d3cdcc9da365777c7ad535d62","union_id":"on_576833b917gda3d939b9a3c2d53e72c8","user_id":"e33ggbyz","name":"张三","employee_no":"employee_no"}},"challenge":"1212","type":"url_verification"}`
	plainC  = `{"challenge":"5634b122-c042-4634-bc7f-b07a3c3e77ad","token":"iRdCP2WwXNBXRM3mGLqhrgch3cn0gbT6","type":"url_verification"}`
)

func TestEncryptMatchesPublishedVectors(t *testing.T) {
	for _, v := range []struct{ name, key, cipher, plain string }{
		{"A", "test key", vectorA, "hello world"},
		{"B", "1212121212", vectorB, plainB},
		{"C", "mazhe.nerd", vectorC, plainC},
	} {
		t.Run(v.name, func(t *testing.T) {
			raw, err := base64.StdEncoding.DecodeString(v.cipher)
			if err != nil {
				t.Fatal(err)
			}
			if got := encryptWith(v.key, [aes.BlockSize]byte(raw), []byte(v.plain)); got != v.cipher {
				t.Errorf("encryption with the vector's IV gives\n%s", got)
			}
			fresh := encrypt(v.key, []byte(v.plain))
			if fresh == v.cipher {
				t.Error("the IV is not fresh")
			}
			if plain, err := decrypt(v.key, fresh); err != nil || string(plain) != v.plain {
				t.Errorf("round trip: %q, %v", plain, err)
			}
		})
	}
}

func TestSignMatchesVectors(t *testing.T) {
	for _, v := range []struct{ ts, nonce, key, body, want string }{
		{"timestamp", "nonce", "1212121212", `{"encrypt":"` + vectorB + `"}`,
			"1de634ba0ac553ad514aa389b0c20cff1a14dd1f8aa79128f69f004c5a1130ad"},
		{"1700000000", "abc", "test key", `{"encrypt":"` + vectorA + `"}`,
			"0c09d96c2aef2ad08179b3967ea410bbc91dab24ce3aec05af962cf1935844af"},
	} {
		t.Run(v.ts, func(t *testing.T) {
			if got := sign(v.ts, v.nonce, v.key, []byte(v.body)); got != v.want {
				t.Errorf("sign(%s) = %s, want %s", v.ts, got, v.want)
			}
		})
	}
}
