package bot

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
)

// errCipher is the only error of decrypt. It hides which check failed, because that would help a padding oracle attack.
var errCipher = errors.New("bot: not a ciphertext of ours")

// decrypt decrypts the encrypt field of a push: base64 of IV and ciphertext, AES-256-CBC with the SHA-256 of the
// encrypt key, PKCS#7 padding (page "步骤三：接收事件"). It never panics, and it checks the padding in constant time.
func decrypt(encrypted, encryptKey string) ([]byte, error) {
	data, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil || len(data) < 2*aes.BlockSize || len(data)%aes.BlockSize != 0 {
		return nil, errCipher
	}
	key := sha256.Sum256([]byte(encryptKey))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, errCipher
	}
	iv, data := data[:aes.BlockSize], data[aes.BlockSize:]
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(data, data)

	pad := int(data[len(data)-1])
	good := subtle.ConstantTimeLessOrEq(1, pad) & subtle.ConstantTimeLessOrEq(pad, aes.BlockSize)
	for i := 1; i <= aes.BlockSize; i++ {
		inPadding := subtle.ConstantTimeLessOrEq(i, pad)
		same := subtle.ConstantTimeByteEq(data[len(data)-i], byte(pad))
		good &= subtle.ConstantTimeSelect(inPadding, same, 1)
	}
	if good != 1 {
		return nil, errCipher
	}
	return data[:len(data)-pad], nil
}
