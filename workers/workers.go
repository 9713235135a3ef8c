// Package workers performs the effects, one a job, and reports what happened to package engine. A job never decides:
// it looks at the case, does nothing if the case no longer waits for it, makes its calls, and turns result or failure
// into an event. A write that must not happen twice is reported as an intent before the call. Whatever a job needs of
// a platform is an interface in ports.go.
//
// In reading order: workers.go and run.go (which job is done where, and what every failed call leads to), photos.go
// (fetch and read), person.go (code and check), record.go with evidence.go (identity, uploads, evidence point),
// show.go (cards that live on), reply.go with stats.go (cards that are sent once), reconcile*.go (every night).
// limits.go, photo_budget.go and tenant_slots.go bound what runs at a time, names.go keeps the names of admins at
// hand.
package workers

import (
	"sync"
	"time"

	"github.com/patrickmn/go-cache"

	"shiming/engine"
)

// WorkersDeps is everything that Workers work with.
type Deps struct {
	Engine           *engine.Engine
	Messenger        Messenger
	IDCardReader     IDCardReader
	IdentityRecorder IdentityRecorder
	EvidenceClient   EvidenceClient // nil with method none
	Verifier         Verifier       // nil with method none
	// OCRPerSecond is the tenant's limit of OCR calls; default 10.
	OCRPerSecond int
	// NewCode makes six random digits; default crypto/rand.
	NewCode func() string
}

// Workers perform the effects, one a job, and report what happened to the engine.
type Workers struct {
	Deps
	engine *engine.Engine
	// reading bounds the calls of the OCR that wait or run: enough to keep its limit busy while
	// each takes a second.
	ocrSlots chan struct{}
	// tenants knows whose cases are, for a marketplace app; may be lost.
	tenants           *cache.Cache
	tenantLoadsMu     sync.Mutex
	tenantLoads       map[string]*tenantLoad // by kind and tenant
	inbound, outbound photoBudget
}

// NewWorkers returns workers over d.
func New(d Deps) *Workers {
	if d.OCRPerSecond == 0 {
		d.OCRPerSecond = 10
	}
	if d.NewCode == nil {
		d.NewCode = randomCode
	}
	return &Workers{
		Deps:        d,
		engine:      d.Engine,
		ocrSlots:    make(chan struct{}, d.OCRPerSecond+2),
		tenants:     cache.New(time.Hour, 10*time.Minute),
		tenantLoads: map[string]*tenantLoad{},
		inbound:     newPhotoBudget(inboundBytes),
		outbound:    newPhotoBudget(outboundBytes),
	}
}
