package sim

import (
	"cmp"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"time"

	"shiming/sim/esign"
)

// Config describes a world. The zero value describes a world with two admins and no employees, on ports that the system
// chooses.
type Config struct {
	// Listen is a loopback address, default 127.0.0.1:0. With port 0 each listener gets a free port. With port P
	// Feishu, e签宝, Tencent Cloud, the gateway and the company's two systems get P+1 to P+6, so that a bot's configuration
	// survives a restart of
	// the world; the world leaves P itself to a playground.
	Listen string
	// Webhook is the bot's URL for events. SetWebhook changes it later.
	Webhook string
	// People is the number of employees to hire at the start.
	People int
	// Seed determines the names and numbers of the people; 0 = a random seed.
	Seed int64
	// Admins is the number of HR admins; 0 = 2.
	Admins int
	// Now is the clock of the three platforms; nil = time.Now.
	Now func() time.Time
	// EsignRevision is "2025-10" (also "") or "2024".
	EsignRevision string
	// OCRPerSecond is the OCR limit of the tenant; 0 = 10.
	OCRPerSecond int
	// NoLimits disables Feishu's other rate limits.
	NoLimits bool
	// Latency is the minimum duration of every call to a platform.
	Latency time.Duration
	// AnswerWithin is how long Feishu waits for the bot to answer an event or a click; 0 = 3 s.
	AnswerWithin time.Duration
	// RetrySchedule lists the delay before each redelivery of an event; nil = 15 s, 5 min, 1 h, 6 h.
	RetrySchedule []time.Duration
	// Bot holds further settings of a bot for this world, by dotted path; they go before those of World.Settings.
	Bot map[string]string
	// Tenant is the company's tenant_key in Feishu; "" = tk_sim. Companies with different keys share no id.
	Tenant string
	// Observer receives every change; nil = none, and the world keeps no body of a call.
	Observer Observer

	// Readings is the cache of the OCR; nil = a new one.
	Readings *Readings
	// Log receives errors inside the world; nil = no log.
	Log *slog.Logger
}

func (c Config) withDefaults() Config {
	if c.Seed == 0 {
		c.Seed = 1 + rand.Int64N(1<<40)
	}
	if c.Admins == 0 {
		c.Admins = 2
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.EsignRevision == "" {
		c.EsignRevision = esign.Revision202510
	}
	if c.OCRPerSecond == 0 {
		c.OCRPerSecond = 10
	}
	if c.Readings == nil {
		c.Readings = &Readings{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// ConfigError names a field of Config with an unusable value.
type ConfigError struct{ Field, Problem string }

func (e *ConfigError) Error() string { return "sim: " + e.Field + ": " + e.Problem }

// Addresses returns seven addresses to listen on: one for a playground, then those of Feishu, e签宝, Tencent Cloud, the
// gateway and the company's systems for evidence points and for signing accounts.
func (c Config) Addresses() ([7]string, error) {
	var out [7]string
	host, port, err := net.SplitHostPort(cmp.Or(c.Listen, "127.0.0.1:0"))
	if err != nil {
		return out, &ConfigError{"Listen", "must be host:port"}
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	ip, err := netip.ParseAddr(host)
	if err != nil || !ip.IsLoopback() {
		return out, &ConfigError{"Listen", "must be a loopback address such as 127.0.0.1:0"}
	}
	first, err := strconv.Atoi(port)
	if err != nil || first < 0 || first > 65529 {
		return out, &ConfigError{"Listen", "the port must be 0 to 65529, since the six after it are used as well"}
	}
	for i := range out {
		p := 0
		if first > 0 {
			p = first + i
		}
		out[i] = net.JoinHostPort(host, strconv.Itoa(p))
	}
	return out, nil
}

func (c Config) validate() error {
	switch {
	case c.EsignRevision != esign.Revision202510 && c.EsignRevision != esign.Revision2024:
		return &ConfigError{"EsignRevision", "must be 2025-10 or 2024"}
	case c.People < 0 || c.Admins < 0:
		return &ConfigError{"People", "numbers of people must not be negative"}
	case c.OCRPerSecond < 0 || c.Latency < 0:
		return &ConfigError{"OCRPerSecond", "limits must not be negative"}
	}
	return nil
}
