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

// withCause adds the cause to a result without an answer of the platform.
func (d *Doctor) withCause(ctx context.Context, r result, base string) result {
	if !r.noAnswer {
		return r
	}
	if why := d.reach(ctx, base); why != (Text{}) {
		r.found = Text{r.found.ZH + "：" + why.ZH, r.found.EN + ": " + why.EN}
	}
	return r
}

// reach requests base and returns the obstacle, as far as this machine can tell. It returns an empty text if base
// answers now.
func (d *Doctor) reach(ctx context.Context, base string) Text {
	if !strings.Contains(base, "://") {
		base = "https://" + base // an endpoint may have no scheme
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, base+"/", nil)
	if err != nil {
		return Text{}
	}
	resp, err := d.web.Do(req)
	if err == nil {
		_ = resp.Body.Close() // the response to a HEAD has no body
		return Text{}
	}
	why := obstacle(err)
	if proxy, _ := http.ProxyFromEnvironment(req); proxy != nil {
		why.ZH += "（经过代理 " + proxy.Host + "）"
		why.EN += " (through the proxy " + proxy.Host + ")"
	}
	return why
}

// obstacle describes an error of the network.
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
