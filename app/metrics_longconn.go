package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"shiming/bot"
)

// longConn registers the metrics of the long connection.
func (m *metrics) longConn(l *bot.LongConn) {
	up := func() float64 {
		if up, _ := l.Connected(); up {
			return 1
		}
		return 0
	}
	lost := func() float64 {
		_, lost := l.Connected()
		return float64(lost)
	}
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "shiming_long_connection_up",
			Help: "1 while the long connection stands.",
		}, up),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "shiming_long_connection_lost_total",
			Help: "Long connections that ended without being asked to.",
		}, lost))
}
