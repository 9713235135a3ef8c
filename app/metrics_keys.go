package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"shiming/store"
)

// keys adds the age of the keys in use, unless it is not known, and whether the key service answers, if there is one.
func (m *metrics) keys(s *store.Store, service *keyService) {
	m.registry.MustRegister(keyAge{s})
	if service == nil {
		return
	}
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "shiming_key_service_up",
		Help: "1 if the key service (kms.uri) could be used at the last look; a running bot goes on without it.",
	}, func() float64 {
		if service.away() {
			return 0
		}
		return 1
	}))
}

// keyAge is the age of the key epoch in use. A key file of an old version does not tell it: then there is no value.
type keyAge struct{ store *store.Store }

var keyAgeDesc = prometheus.NewDesc("shiming_key_epoch_age_seconds",
	"How long ago the keys in use were made; `shiming keys rotate` makes new ones.", nil, nil)

// Describe implements prometheus.Collector.
func (keyAge) Describe(ch chan<- *prometheus.Desc) { ch <- keyAgeDesc }

// Collect implements prometheus.Collector.
func (k keyAge) Collect(ch chan<- prometheus.Metric) {
	if made := k.store.KeysMade(); !made.IsZero() {
		ch <- prometheus.MustNewConstMetric(keyAgeDesc, prometheus.GaugeValue, k.store.Now().Sub(made).Seconds())
	}
}
