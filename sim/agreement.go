package sim

import (
	_ "embed"
	"os"
	"path/filepath"
	"strconv"
)

// agreementText stands for e签宝's 《数字证书服务协议》, which a real bot's operator gets from e签宝.
//
//go:embed agreement.txt
var agreementText []byte

const (
	agreementTitle   = "数字证书服务协议"
	agreementVersion = "样本 2026-01"
)

// AgreementLogin is the path behind GatewayURL to which the web login of the agreement page comes back.
const AgreementLogin = "/agreement/login"

// writeAgreement writes the specimen agreement to a directory of its own, which Close removes.
func (w *World) writeAgreement() (err error) {
	if w.dir, err = os.MkdirTemp("", "shiming-sim-"); err != nil {
		return err
	}
	return os.WriteFile(w.agreementPath(), agreementText, 0o600)
}

func (w *World) agreementPath() string { return filepath.Join(w.dir, "agreement.txt") }

// agreementFiles is the value of agreement.files: YAML in one line, as a variable holds it.
func (w *World) agreementFiles() string {
	return "[{title: " + agreementTitle + ", version: " + strconv.Quote(agreementVersion) + ", path: " +
		strconv.Quote(w.agreementPath()) + "}]"
}
