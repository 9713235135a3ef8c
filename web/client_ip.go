package web

import (
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Why the address of a reader is not known. The texts hold no address.
var (
	errProxyNotTrusted = errors.New("a peer that is not in server.trusted_proxies names another address")
	errPeerNotTrusted  = errors.New("a proxy that is not in server.trusted_proxies ends https")
	errNoForwarded     = errors.New("a trusted proxy names no address")
	errForwardedDiffer = errors.New("X-Forwarded-For and Forwarded name different addresses")
	errForwarded       = errors.New("a trusted proxy names something that is no client's address")
	errPeer            = errors.New("the peer has no address")
)

// Headers in which proxies name the client.
const (
	xForwardedFor = "X-Forwarded-For"
	forwarded     = "Forwarded"
)

// proxyHeaders show that a proxy stands before this server. No browser sends them.
var proxyHeaders = []string{xForwardedFor, forwarded, "X-Real-Ip", "X-Forwarded-Host", "X-Forwarded-Proto"}

// proxies are the peers whose word about the client's address counts.
type proxies []netip.Prefix

// newProxies returns the networks in the form of unmapped addresses.
func newProxies(networks []netip.Prefix) proxies {
	var out proxies
	for _, n := range networks {
		if n.Addr().Is4In6() && n.Bits() >= 96 {
			n = netip.PrefixFrom(n.Addr().Unmap(), n.Bits()-96)
		}
		out = append(out, n.Masked())
	}
	return out
}

func (p proxies) trust(a netip.Addr) bool {
	return slices.ContainsFunc(p, func(n netip.Prefix) bool { return n.Contains(a) })
}

// client returns the address of the person's device as the internet sees it. It returns an error rather than an address
// that may be a proxy's, because the address becomes evidence.
func (p proxies) client(r *http.Request) (netip.Addr, error) {
	peer, err := peerOf(r)
	if err != nil {
		return netip.Addr{}, err
	}
	if !p.trust(peer) {
		if slices.ContainsFunc(proxyHeaders, func(h string) bool { return len(r.Header.Values(h)) > 0 }) {
			return netip.Addr{}, errProxyNotTrusted
		}
		return peer, nil
	}
	var found []netip.Addr
	for header, chain := range map[string]func([]string) ([]string, error){
		xForwardedFor: xForwardedForChain,
		forwarded:     forwardedChain,
	} {
		lines := r.Header.Values(header)
		if len(lines) == 0 {
			continue
		}
		hops, err := chain(lines)
		if err != nil {
			return netip.Addr{}, err
		}
		a, err := p.firstUntrusted(hops)
		if err != nil {
			return netip.Addr{}, err
		}
		found = append(found, a)
	}
	switch {
	case len(found) == 0:
		return netip.Addr{}, errNoForwarded
	case found[0] != found[len(found)-1]:
		return netip.Addr{}, errForwardedDiffer
	}
	return found[0], nil
}

// readerOf returns the address that becomes evidence. This server speaks no TLS, so that behind an https address every
// peer is a proxy, even one that sets no header.
func (p *Pages) readerOf(r *http.Request) (netip.Addr, error) {
	a, err := p.proxies.client(r)
	if peer, _ := peerOf(r); err == nil && p.https && !p.proxies.trust(peer) {
		return netip.Addr{}, errPeerNotTrusted
	}
	return a, err
}

// peerOf returns the address from which the connection comes.
func peerOf(r *http.Request) (netip.Addr, error) {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	a, ok := plain(ap.Addr())
	if err != nil || !ok {
		return netip.Addr{}, errPeer
	}
	return a, nil
}

// firstUntrusted walks from the nearest hop to the first one that is no trusted proxy. What lies behind it is that
// hop's own claim, and is not looked at.
func (p proxies) firstUntrusted(hops []string) (netip.Addr, error) {
	for _, hop := range slices.Backward(hops) {
		a, err := hopAddr(hop)
		if err != nil {
			return netip.Addr{}, err
		}
		if !p.trust(a) {
			return a, nil
		}
	}
	return netip.Addr{}, errForwarded
}

// hopAddr reads 192.0.2.1, 192.0.2.1:80, 2001:db8::1, [2001:db8::1] and [2001:db8::1]:80.
func hopAddr(s string) (netip.Addr, error) {
	host, port := s, ""
	if rest, ok := strings.CutPrefix(s, "["); ok {
		host, port, ok = strings.Cut(rest, "]")
		if !ok || !strings.Contains(host, ":") {
			return netip.Addr{}, errForwarded
		}
	} else if i := strings.IndexByte(s, ':'); i >= 0 && strings.Count(s, ":") == 1 {
		host, port = s[:i], s[i:]
	}
	a, err := netip.ParseAddr(host)
	a, ok := plain(a)
	if err != nil || !ok || !goodPort(port) {
		return netip.Addr{}, errForwarded
	}
	return a, nil
}

// goodPort accepts "", ":80", and the obfuscated port of RFC 7239 such as ":_x".
func goodPort(s string) bool {
	if s == "" {
		return true
	}
	port, ok := strings.CutPrefix(s, ":")
	if name, obfuscated := strings.CutPrefix(port, "_"); obfuscated {
		return ok && name != ""
	}
	_, err := strconv.ParseUint(port, 10, 16)
	return ok && err == nil
}

// plain returns an address in the one form in which it is compared and recorded, and whether it can be a client's. A
// zone names an interface of one machine.
func plain(a netip.Addr) (netip.Addr, bool) {
	zone := a.Zone()
	a = a.Unmap()
	if !a.IsValid() || zone != "" || a.IsUnspecified() || a.IsMulticast() ||
		a == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return netip.Addr{}, false
	}
	return a, true
}

// xForwardedForChain returns the hops of all lines, the nearest one last.
func xForwardedForChain(lines []string) ([]string, error) {
	hops := strings.Split(strings.Join(lines, ","), ",")
	for i, hop := range hops {
		hops[i] = strings.Trim(hop, " \t")
	}
	return hops, nil
}

// forwardedChain returns the parameters "for" of all lines (RFC 7239), the nearest one last; "" for an element without
// one. A line is read alone, so that an open quote in what a client sent cannot swallow what a proxy added.
func forwardedChain(lines []string) (hops []string, err error) {
	for _, line := range lines {
		elements, ok := splitQuoted(line, ',')
		if !ok {
			return nil, errForwarded
		}
		for _, element := range elements {
			hop, ok := forwardedFor(element)
			if !ok {
				return nil, errForwarded
			}
			hops = append(hops, hop)
		}
	}
	return hops, nil
}

// forwardedFor returns the parameter "for" of one element.
func forwardedFor(element string) (hop string, ok bool) {
	pairs, ok := splitQuoted(element, ';')
	if !ok {
		return "", false
	}
	seen := false
	for _, pair := range pairs {
		name, value, ok := strings.Cut(strings.Trim(pair, " \t"), "=")
		value, good := unquoted(value)
		if !ok || !good {
			return "", false
		}
		if !strings.EqualFold(name, "for") {
			continue
		}
		// An IPv6 address without brackets could end in a port.
		if seen || strings.Count(value, ":") > 1 && !strings.HasPrefix(value, "[") {
			return "", false
		}
		seen, hop = true, value
	}
	return hop, true
}

// splitQuoted splits at sep outside of quoted strings. ok is false if a quote stays open.
func splitQuoted(s string, sep byte) (parts []string, ok bool) {
	start, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case !quoted && s[i] == sep:
			parts = append(parts, s[start:i])
			start = i + 1
		}
	}
	return append(parts, s[start:]), !quoted
}

// unquoted returns a value without its quotes. Values without quotes may have colons and brackets, which the standard
// wants quoted, because many proxies do not quote.
func unquoted(s string) (value string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		return s, s != "" && !strings.ContainsAny(s, "\" \t\\")
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return b.String(), i == len(s)-1
		case '\\':
			if i++; i == len(s) {
				return "", false
			}
		}
		b.WriteByte(s[i])
	}
	return "", false
}
