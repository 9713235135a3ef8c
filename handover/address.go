package handover

import (
	"context"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// Ranges that are not on the public internet, besides those that netip names. The last ones carry an IPv4 address
// inside, by which a resolver could lead to an internal address.
var internalRanges = prefixes(
	"0.0.0.0/8",       // this network (RFC 1122)
	"100.64.0.0/10",   // shared by carriers (RFC 6598)
	"192.0.0.0/24",    // protocol assignments (RFC 6890)
	"192.0.2.0/24",    // documentation (RFC 5737)
	"198.18.0.0/15",   // benchmarks (RFC 2544)
	"198.51.100.0/24", // documentation
	"203.0.113.0/24",  // documentation
	"240.0.0.0/4",     // reserved, broadcast
	"2001:db8::/32",   // documentation (RFC 3849)
	"fec0::/10",       // site-local, deprecated (RFC 3879)
	"::/96",           // IPv4-compatible, deprecated
	"64:ff9b::/96",    // NAT64 (RFC 6052)
	"64:ff9b:1::/48",  // NAT64 of a local network (RFC 8215)
	"2001::/32",       // Teredo
	"2002::/16",       // 6to4
	"::ffff:0:0:0/96", // IPv4-translated (RFC 2765)
)

// metadata are the addresses at which clouds tell a machine its credentials, besides the link-local 169.254.169.254.
var metadata = []netip.Addr{
	netip.MustParseAddr("100.100.100.200"), // Alibaba Cloud
	netip.MustParseAddr("fd00:ec2::254"),   // AWS
	netip.MustParseAddr("192.0.0.192"),     // Oracle Cloud
}

func prefixes(texts ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		all[i] = netip.MustParsePrefix(t)
	}
	return all
}

// Allowed reports whether a notification may go to an address: to a public one; with private also to one of the
// operator's own networks and to this machine. Link-local addresses, where clouds tell a machine its credentials, are
// never allowed.
func Allowed(a netip.Addr, private bool) bool {
	a = a.Unmap().WithZone("")
	if !a.IsValid() || a.IsUnspecified() || a.IsMulticast() || a.IsLinkLocalUnicast() {
		return false
	}
	for _, m := range metadata {
		if a == m {
			return false
		}
	}
	if a.IsLoopback() || a.IsPrivate() {
		return private
	}
	for _, p := range internalRanges {
		if p.Contains(a) {
			return private
		}
	}
	return a.IsGlobalUnicast()
}

// addressError says that a name leads to an address that is not allowed. It does not tell the address.
type addressError struct{}

func (addressError) Error() string { return "the address is not allowed" }

// dialer returns a dial function that checks the address right before it connects, after the name has been resolved, so
// that a name which changes its address between a check and the connection gains nothing.
func dialer(private bool, timeout time.Duration) func(context.Context, string, string) (net.Conn, error) {
	d := &net.Dialer{
		Timeout:   timeout,
		KeepAlive: 30 * time.Second,
		Control: func(_, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err != nil || !Allowed(to.Addr(), private) {
				return addressError{}
			}
			return nil
		},
	}
	return d.DialContext
}
