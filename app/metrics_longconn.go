package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"shiming/bot"
)

// longConn shows the long connection: whether it stands, and how often it was lost.
func (m *metrics) longConn(l *bot.LongConn) {
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "shiming_long_connection_up", Help: "1 while the long connection stands."}, func() float64 {
			if up, _ := l.Connected(); up {
				return 1
			}
			return 0
		}),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "shiming_long_connection_lost_total", Help: "Long connections that ended without being asked to."},
			func() float64 {
				_, lost := l.Connected()
				return float64(lost)
			}))
}
