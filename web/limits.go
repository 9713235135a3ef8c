package web

import (
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/patrickmn/go-cache"

	"shiming/flows"
)

// limiter is a token bucket for each key. A bucket that is full again is forgotten. It is safe for concurrent use.
type limiter struct {
	perSecond, burst float64

	mu      sync.Mutex
	buckets *cache.Cache
}

// bucket holds the tokens that were left at a time.
type bucket struct {
	tokens float64
	at     time.Time
}

// slack keeps a full bucket a little longer. The cache forgets by the machine's clock, and the bucket fills by the
// clock of the pages.
const slack = time.Minute

// maxBuckets limits the memory under an attack from many addresses. Further ones share a bucket.
const maxBuckets = 100_000

func newLimiter(perSecond, burst float64) *limiter {
	return &limiter{
		perSecond: perSecond,
		burst:     burst,
		buckets:   cache.New(cache.NoExpiration, 0), // 0: no goroutine; take deletes
	}
}

// take takes a token, or returns how long the next one takes.
func (l *limiter) take(key string, now time.Time) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := bucket{tokens: l.burst, at: now}
	kept, ok := l.buckets.Get(key)
	if !ok && l.buckets.ItemCount() >= maxBuckets {
		if l.buckets.DeleteExpired(); l.buckets.ItemCount() >= maxBuckets {
			key = ""
			kept, ok = l.buckets.Get(key)
		}
	}
	if ok {
		b = kept.(bucket)
		b.tokens = min(l.burst, b.tokens+max(0, now.Sub(b.at).Seconds())*l.perSecond)
		b.at = now
	}
	if b.tokens < 1 {
		wait = l.seconds(1 - b.tokens)
	} else {
		b.tokens--
	}
	l.buckets.Set(key, b, l.seconds(l.burst)+slack)
	return wait
}

// seconds returns how long so many tokens take.
func (l *limiter) seconds(tokens float64) time.Duration {
	return time.Duration(tokens / l.perSecond * float64(time.Second))
}

// clientKey names whom a request counts against: the client, or the peer if the client is not known. Whoever has one
// IPv6 address has its network of 64 bits.
func (p *Pages) clientKey(r *http.Request) string {
	a, err := p.proxies.client(r)
	if err != nil {
		a, err = peerOf(r)
	}
	if err != nil {
		return "unknown"
	}
	if a.Is6() {
		return netip.PrefixFrom(a, 64).Masked().String()
	}
	return a.String()
}

func linkKey(l flows.AgreementLink) string { return l.CaseID + "/" + strconv.FormatInt(l.Rev, 10) }
