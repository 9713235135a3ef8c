package web

import (
	"errors"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestClientAddress(t *testing.T) {
	t.Parallel()
	networks := []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"),
		netip.MustParsePrefix("2001:db8:aaaa::/48"),
		netip.MustParsePrefix("::ffff:192.168.7.0/120"),
	}
	const proxy, person, own = "10.0.0.1:4000", "203.0.113.9", "198.51.100.7:5000"
	type lines = []string
	for name, tt := range map[string]struct {
		peer     string
		xff, fwd lines
		other    string // another header of proxies
		want     string
		err      error
	}{
		// A peer that is not trusted.
		"own address":                 {peer: own, want: "198.51.100.7"},
		"own IPv6 address":            {peer: "[2001:db8::5]:1", want: "2001:db8::5"},
		"own mapped address":          {peer: "[::ffff:198.51.100.7]:1", want: "198.51.100.7"},
		"own address with a zone":     {peer: "[fe80::1%eth0]:1", err: errPeer},
		"no peer":                     {peer: "@", err: errPeer},
		"unspecified peer":            {peer: "0.0.0.0:1", err: errPeer},
		"forged XFF":                  {peer: own, xff: lines{person}, err: errProxyNotTrusted},
		"forged Forwarded":            {peer: own, fwd: lines{"for=" + person}, err: errProxyNotTrusted},
		"empty XFF of a stranger":     {peer: own, xff: lines{""}, err: errProxyNotTrusted},
		"X-Real-IP of a stranger":     {peer: own, other: "X-Real-IP", err: errProxyNotTrusted},
		"proto of a stranger":         {peer: own, other: "X-Forwarded-Proto", err: errProxyNotTrusted},
		"host of a stranger":          {peer: own, other: "X-Forwarded-Host", err: errProxyNotTrusted},
		"just outside of the network": {peer: "11.0.0.0:1", xff: lines{person}, err: errProxyNotTrusted},

		// X-Forwarded-For of a trusted peer.
		"one hop":                      {peer: proxy, xff: lines{person}, want: person},
		"trusted IPv6 peer":            {peer: "[2001:db8:aaaa::1]:1", xff: lines{person}, want: person},
		"mapped peer":                  {peer: "[::ffff:10.0.0.1]:1", xff: lines{person}, want: person},
		"mapped network":               {peer: "192.168.7.3:1", xff: lines{person}, want: person},
		"trusted hops":                 {peer: proxy, xff: lines{person + ", 10.1.1.1,10.2.2.2"}, want: person},
		"client lies on the left":      {peer: proxy, xff: lines{"1.2.3.4, " + person}, want: person},
		"client lies with a proxy":     {peer: proxy, xff: lines{"10.9.9.9, " + person}, want: person},
		"client lies with garbage":     {peer: proxy, xff: lines{"<script>, " + person}, want: person},
		"client hides on the left":     {peer: proxy, xff: lines{"unknown, " + person}, want: person},
		"lines are joined":             {peer: proxy, xff: lines{"1.2.3.4", person, "10.1.1.1"}, want: person},
		"tabs and spaces":              {peer: proxy, xff: lines{"\t" + person + " \t"}, want: person},
		"port":                         {peer: proxy, xff: lines{person + ":4711"}, want: person},
		"IPv6":                         {peer: proxy, xff: lines{"2001:db8::9"}, want: "2001:db8::9"},
		"IPv6 in brackets":             {peer: proxy, xff: lines{"[2001:db8::9]"}, want: "2001:db8::9"},
		"IPv6 with a port":             {peer: proxy, xff: lines{"[2001:db8::9]:443"}, want: "2001:db8::9"},
		"mapped":                       {peer: proxy, xff: lines{"::ffff:203.0.113.9"}, want: person},
		"mapped trusted hop":           {peer: proxy, xff: lines{person + ", ::ffff:10.3.3.3"}, want: person},
		"upper case IPv6":              {peer: proxy, xff: lines{"2001:DB8:0::9"}, want: "2001:db8::9"},
		"nothing":                      {peer: proxy, err: errNoForwarded},
		"X-Real-IP only":               {peer: proxy, other: "X-Real-IP", err: errNoForwarded},
		"empty":                        {peer: proxy, xff: lines{""}, err: errForwarded},
		"all trusted":                  {peer: proxy, xff: lines{"10.1.1.1, 10.2.2.2"}, err: errForwarded},
		"the nearest is empty":         {peer: proxy, xff: lines{person + ","}, err: errForwarded},
		"an empty line comes last":     {peer: proxy, xff: lines{person, ""}, err: errForwarded},
		"garbage next to it":           {peer: proxy, xff: lines{person + ", x"}, err: errForwarded},
		"unknown":                      {peer: proxy, xff: lines{"unknown"}, err: errForwarded},
		"a name":                       {peer: proxy, xff: lines{"localhost"}, err: errForwarded},
		"zone":                         {peer: proxy, xff: lines{"fe80::1%eth0"}, err: errForwarded},
		"zone in brackets":             {peer: proxy, xff: lines{"[fe80::1%25eth0]:1"}, err: errForwarded},
		"zone of a mapped address":     {peer: proxy, xff: lines{"::ffff:203.0.113.9%1"}, err: errForwarded},
		"unspecified":                  {peer: proxy, xff: lines{"0.0.0.0"}, err: errForwarded},
		"unspecified IPv6":             {peer: proxy, xff: lines{"::"}, err: errForwarded},
		"broadcast":                    {peer: proxy, xff: lines{"255.255.255.255"}, err: errForwarded},
		"multicast":                    {peer: proxy, xff: lines{"224.0.0.1"}, err: errForwarded},
		"leading zero":                 {peer: proxy, xff: lines{"203.0.113.09"}, err: errForwarded},
		"three bytes":                  {peer: proxy, xff: lines{"203.0.113"}, err: errForwarded},
		"a number":                     {peer: proxy, xff: lines{"3405803785"}, err: errForwarded},
		"network":                      {peer: proxy, xff: lines{"203.0.113.0/24"}, err: errForwarded},
		"bad port":                     {peer: proxy, xff: lines{person + ":x"}, err: errForwarded},
		"large port":                   {peer: proxy, xff: lines{person + ":65536"}, err: errForwarded},
		"no port after the colon":      {peer: proxy, xff: lines{person + ":"}, err: errForwarded},
		"open bracket":                 {peer: proxy, xff: lines{"[2001:db8::9"}, err: errForwarded},
		"text after the bracket":       {peer: proxy, xff: lines{"[2001:db8::9]x"}, err: errForwarded},
		"IPv4 in brackets":             {peer: proxy, xff: lines{"[203.0.113.9]"}, err: errForwarded},
		"quotes":                       {peer: proxy, xff: lines{`"203.0.113.9"`}, err: errForwarded},
		"semicolons instead of commas": {peer: proxy, xff: lines{"1.2.3.4;" + person}, err: errForwarded},
		"spaces instead of commas":     {peer: proxy, xff: lines{"1.2.3.4 " + person}, err: errForwarded},
		"full-width digits":            {peer: proxy, xff: lines{"２03.0.113.9"}, err: errForwarded},

		// Forwarded of a trusted peer.
		"for":                  {peer: proxy, fwd: lines{"for=203.0.113.9"}, want: person},
		"quoted for":           {peer: proxy, fwd: lines{`for="203.0.113.9"`}, want: person},
		"quoted with a port":   {peer: proxy, fwd: lines{`for="203.0.113.9:80"`}, want: person},
		"port without quotes":  {peer: proxy, fwd: lines{`for=203.0.113.9:80`}, want: person},
		"escapes":              {peer: proxy, fwd: lines{`for="\203.0.113\.9"`}, want: person},
		"obfuscated port":      {peer: proxy, fwd: lines{`for="203.0.113.9:_p"`}, want: person},
		"For in capitals":      {peer: proxy, fwd: lines{`FOR=203.0.113.9;Proto=https`}, want: person},
		"other parameters":     {peer: proxy, fwd: lines{`proto=https; by="_a,b;c" ;for=203.0.113.9`}, want: person},
		"IPv6 of the standard": {peer: proxy, fwd: lines{`For="[2001:db8::9]:4711"`}, want: "2001:db8::9"},
		"trusted elements": {
			peer: proxy, fwd: lines{`for=203.0.113.9, for=10.1.1.1`, `for="10.2.2.2"`}, want: person,
		},
		"client lies by an element":  {peer: proxy, fwd: lines{`for=1.2.3.4, for=203.0.113.9`}, want: person},
		"client hides by an element": {peer: proxy, fwd: lines{`for=_hidden, for=203.0.113.9`}, want: person},
		"unknown for":                {peer: proxy, fwd: lines{`for=unknown`}, err: errForwarded},
		"obfuscated for":             {peer: proxy, fwd: lines{`for=_x`}, err: errForwarded},
		"no for":                     {peer: proxy, fwd: lines{`proto=https`}, err: errForwarded},
		"no for in the nearest":      {peer: proxy, fwd: lines{`for=203.0.113.9, proto=https`}, err: errForwarded},
		"two for":                    {peer: proxy, fwd: lines{`for=203.0.113.9;for=203.0.113.9`}, err: errForwarded},
		"empty Forwarded":            {peer: proxy, fwd: lines{``}, err: errForwarded},
		"empty for":                  {peer: proxy, fwd: lines{`for=`}, err: errForwarded},
		"empty quoted for":           {peer: proxy, fwd: lines{`for=""`}, err: errForwarded},
		"IPv6 without brackets":      {peer: proxy, fwd: lines{`for="2001:db8::9"`}, err: errForwarded},
		"open quote":                 {peer: proxy, fwd: lines{`for="203.0.113.9`}, err: errForwarded},
		"client opens a quote":       {peer: proxy, fwd: lines{`for="x, for=203.0.113.9`}, err: errForwarded},
		"client opens a quote, and the proxy quotes": {
			peer: proxy, fwd: lines{`for="x, for="203.0.113.9"`}, err: errForwarded,
		},
		"client opens a quote in a line": {peer: proxy, fwd: lines{`for="x`, `for=203.0.113.9`}, err: errForwarded},
		"text after a quote":             {peer: proxy, fwd: lines{`for="203.0.113.9"x`}, err: errForwarded},
		"escape at the end":              {peer: proxy, fwd: lines{`for="203.0.113.9\`}, err: errForwarded},
		"no parameter":                   {peer: proxy, fwd: lines{`203.0.113.9`}, err: errForwarded},
		"all elements trusted":           {peer: proxy, fwd: lines{`for=10.1.1.1`}, err: errForwarded},

		// Both headers.
		"both the same": {peer: proxy, xff: lines{person}, fwd: lines{`for="203.0.113.9:1"`}, want: person},
		"both by other ways": {
			peer: proxy, xff: lines{person + ",10.1.1.1"}, fwd: lines{`for=203.0.113.9`}, want: person,
		},
		"both different":           {peer: proxy, xff: lines{person}, fwd: lines{`for=1.2.3.4`}, err: errForwardedDiffer},
		"one of both is empty":     {peer: proxy, xff: lines{person}, fwd: lines{``}, err: errForwarded},
		"one of both is unknown":   {peer: proxy, xff: lines{person}, fwd: lines{`for=unknown`}, err: errForwarded},
		"one of both is a proxy's": {peer: proxy, xff: lines{"10.1.1.1"}, fwd: lines{`for=203.0.113.9`}, err: errForwarded},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/agreement/x", nil)
			r.RemoteAddr = tt.peer
			for _, v := range tt.xff {
				r.Header.Add(xForwardedFor, v)
			}
			for _, v := range tt.fwd {
				r.Header.Add(forwarded, v)
			}
			if tt.other != "" {
				r.Header.Set(tt.other, person)
			}
			got, err := newProxies(networks).client(r)
			if tt.err != nil {
				if !errors.Is(err, tt.err) || got.IsValid() {
					t.Errorf("got %v, %v, want %v", got, err, tt.err)
				}
				return
			}
			if err != nil || got != netip.MustParseAddr(tt.want) {
				t.Errorf("got %v, %v, want %s", got, err, tt.want)
			}
		})
	}
}

// FuzzClientAddress: whatever a trusted proxy passes on, the address is never a proxy's and always a plain one.
func FuzzClientAddress(f *testing.F) {
	f.Add("203.0.113.9, 10.0.0.1", `for="[2001:db8::9]:1";proto=https`)
	f.Add(`"`, `for="\"`)
	trusted := newProxies([]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")})
	f.Fuzz(func(t *testing.T, xff, fwd string) {
		r := httptest.NewRequest("GET", "/agreement/x", nil)
		r.RemoteAddr = "10.0.0.1:1"
		if xff != "" {
			r.Header.Set(xForwardedFor, xff)
		}
		if fwd != "" {
			r.Header.Set(forwarded, fwd)
		}
		got, err := trusted.client(r)
		if a, ok := plain(got); err == nil && (trusted.trust(got) || !ok || a != got) {
			t.Errorf("got %v, want no such address", got)
		}
		if err != nil && got.IsValid() {
			t.Errorf("got %v beside %v, want no address", got, err)
		}
	})
}
