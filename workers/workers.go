// Package workers performs the effects, one per job, and reports the results to package engine. A handler never
// decides: it looks at the case, ends if the case no longer waits for it, makes its calls, and translates the result or
// the failure into an event. Before a write that must not happen twice it reports an intent. ports.go holds the
// interfaces of the platforms.
//
// In reading order:
//
//   - workers.go and run.go: the kinds of jobs and their handlers; failed_step.go: what follows a failed call
//   - photos.go (fetch) with ocr.go (read) and contact.go, person.go (code and check)
//   - record.go (identity, uploads, evidence point)
//   - handover.go and signing_account.go (what follows an evidence point)
//   - audit_head.go and send_heads.go (the daily head over the audit trail, and its receiver)
//   - show.go with show_failed.go and show_card.go (cards that are kept up to date)
//   - original.go with recall_original.go (originals for one admin, for minutes)
//   - reply.go with reply_cards.go, stats.go and remind_all.go (cards that are sent once); incident.go
//   - reconcile*.go (the comparison with the platforms, every night)
//   - campaign.go and campaign_resolve.go (whom a campaign asks, and its messages)
//   - limits.go, photo_budget.go and slots.go bound what runs at a time; names.go keeps the admins' names known
package workers

import (
	"sync"
	"time"

	"github.com/patrickmn/go-cache"

	"shiming/engine"
	"shiming/flows"
)

// Deps holds everything that Workers need.
type Deps struct {
	Engine           *engine.Engine
	Messenger        Messenger
	Directory        Directory
	IDCardReader     IDCardReader
	IdentityRecorder IdentityRecorder
	EvidenceClient   EvidenceClient // nil if e签宝 is not set up; then every call of New's fails, see absent.go
	Verifier         Verifier       // nil if no supplier is set up; likewise
	Handover         HandoverClient // nil without handover.url
	Heads            HandoverClient // nil without dpo.heads_url
	Accounts         AccountClient  // nil without esign.sdk_url
	// OCRPerSecond is the tenant's limit of OCR calls. The default is 10.
	OCRPerSecond int
	// ExportRows and ExportBytes bound the file of an export. The defaults are flows.MaxExportRows and MaxExportBytes.
	ExportRows, ExportBytes int
	// NewCode makes the six digits of an SMS code. The default uses crypto/rand.
	NewCode func() string
}

// Workers perform jobs. They are safe for concurrent use.
type Workers struct {
	Deps
	engine   *engine.Engine
	handlers map[flows.JobKind]handler
	// ocrSlots bounds the OCR calls that run or wait for the rate limiter. A call takes about a second, so that as many
	// slots as calls a second keep the limit busy.
	ocrSlots chan struct{}
	// tenants maps a case to its tenant, for a marketplace app. It is only a cache.
	tenants *cache.Cache
	// departments maps a tenant's department to its name, externalGroups a tenant's group to whether people of other
	// companies can be in it. They are only caches.
	departments, externalGroups *cache.Cache

	filesEvidence bool // e签宝 is set up

	slotsMu           sync.Mutex
	slots             map[string]*slotLoad // by KIND/ID, see acquireSlot
	inbound, outbound photoBudget
}

// New returns workers over d, with the defaults filled in.
func New(d Deps) *Workers {
	if d.OCRPerSecond == 0 {
		d.OCRPerSecond = 10
	}
	if d.ExportRows == 0 {
		d.ExportRows = flows.MaxExportRows
	}
	if d.ExportBytes == 0 {
		d.ExportBytes = flows.MaxExportBytes
	}
	if d.NewCode == nil {
		d.NewCode = randomCode
	}
	filesEvidence := d.EvidenceClient != nil
	if !filesEvidence {
		d.EvidenceClient = absentEvidence{}
	}
	if d.Verifier == nil {
		d.Verifier = absentVerifier{}
	}
	w := &Workers{
		Deps:     d,
		engine:   d.Engine,
		ocrSlots: make(chan struct{}, d.OCRPerSecond+2),
		tenants:  cache.New(time.Hour, 10*time.Minute),

		departments:    cache.New(departmentTTL, 10*time.Minute),
		externalGroups: cache.New(10*time.Minute, 10*time.Minute),

		filesEvidence: filesEvidence,

		slots:    map[string]*slotLoad{},
		inbound:  newPhotoBudget(inboundBytes),
		outbound: newPhotoBudget(outboundBytes),
	}
	w.handlers = w.newHandlers()
	return w
}
