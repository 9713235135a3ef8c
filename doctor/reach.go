package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"
)

// traced adds to an answer that did not come why it did not.
func (d *Doctor) traced(ctx context.Context, r result, base string) result {
	if !r.silent {
		return r
	}
	if why := d.reach(ctx, base); why != (Text{}) {
		r.found = Text{r.found.ZH + "：" + why.ZH, r.found.EN + ": " + why.EN}
	}
	return r
}

// reach asks base once more and says what stood in the way, as far as this machine can tell. It is empty if there is
// an answer now.
func (d *Doctor) reach(ctx context.Context, base string) Text {
	if !strings.Contains(base, "://") {
		base = "https://" + base // as endpoints may be written
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, base+"/", nil)
	if err != nil {
		return Text{}
	}
	resp, err := d.web.Do(req)
	if err == nil {
		_ = resp.Body.Close() // a HEAD has none
		return Text{}
	}
	why := obstacle(err)
	if proxy, _ := http.ProxyFromEnvironment(req); proxy != nil {
		why.ZH += "（经过代理 " + proxy.Host + "）"
		why.EN += " (through the proxy " + proxy.Host + ")"
	}
	return why
}

// obstacle puts an error of the network into words.
func obstacle(err error) Text {
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	var timeout net.Error
	switch {
	case errors.As(err, &dns):
		return Text{"域名 " + dns.Name + " 解析不到", "the name " + dns.Name + " does not resolve"}
	case errors.As(err, &certificate):
		return Text{"证书不被接受：" + certificate.Err.Error(), "its certificate is not accepted: " + certificate.Err.Error()}
	case errors.Is(err, syscall.ECONNREFUSED):
		return Text{"连接被拒绝，那个端口上没有程序", "connection refused, nothing listens on that port"}
	case errors.As(err, &timeout) && timeout.Timeout():
		return Text{"超时，可能被防火墙拦下", "timed out, a firewall perhaps"}
	}
	return Text{"连接中断", "the connection broke off"}
}
