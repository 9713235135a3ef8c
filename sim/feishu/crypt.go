package feishu

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// encrypt is the platform's event encryption (步骤三：接收事件): AES-256-CBC with the SHA-256 of the encrypt key as the key,
// PKCS#7 padding, and base64 of IV and ciphertext.
func encrypt(key string, plain []byte) string {
	var iv [aes.BlockSize]byte
	_, _ = rand.Read(iv[:]) // never fails since Go 1.24
	return encryptWith(key, iv, plain)
}

func encryptWith(key string, iv [aes.BlockSize]byte, plain []byte) string {
	k := sha256.Sum256([]byte(key))
	block, err := aes.NewCipher(k[:])
	if err != nil {
		panic(err) // impossible: the key has 32 bytes
	}
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	out := make([]byte, aes.BlockSize+len(plain)+pad)
	copy(out, iv[:])
	body := out[aes.BlockSize:]
	copy(body, plain)
	for i := len(plain); i < len(body); i++ {
		body[i] = byte(pad)
	}
	cipher.NewCBCEncrypter(block, iv[:]).CryptBlocks(body, body)
	return base64.StdEncoding.EncodeToString(out)
}

// sign returns the X-Lark-Signature of a push: hex SHA-256 of timestamp, nonce, encrypt key and the raw body.
func sign(timestamp, nonce, key string, body []byte) string {
	h := sha256.New()
	h.Write([]byte(timestamp + nonce + key))
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}
