package app

import (
	"shiming/esign"
	"shiming/verify"
	"shiming/workers"
)

// addSuppliers builds the clients of Tencent Cloud and e签宝, which only the method three_elements needs.
func (a *App) addSuppliers(deps *workers.Deps, o Options, m *metrics) (err error) {
	supplier := a.cfg.Verification.Tencent
	supplier.Timeout, supplier.Now = o.CallTimeout, a.store.Now
	supplier.Surprised = a.noted.of(platformTencent)
	if a.verifier, err = verify.NewTencent(supplier); err != nil {
		return err
	}
	evidence, err := esign.New(esign.Config{
		BaseURL:    a.cfg.Esign.BaseURL,
		AppID:      a.cfg.Esign.AppID,
		AppSecret:  esign.Secret(a.cfg.Esign.AppSecret),
		Revision:   esign.Revision(a.cfg.Esign.EvidenceRevision),
		Now:        a.store.Now,
		Timeout:    o.CallTimeout,
		PutTimeout: o.CallTimeout,

		UploadHosts: a.cfg.Esign.UploadHosts,
		Surprised:   a.noted.of(platformEsign),
	})
	if err != nil {
		return err
	}
	deps.Verifier, deps.EvidenceClient = countedVerifier{a.verifier, m}, countedEvidence{evidence, m}
	return nil
}
