package app

import (
	"shiming/esign"
	"shiming/flows"
	"shiming/verify"
	"shiming/workers"
)

// addSuppliers builds the clients of Tencent Cloud and e签宝. The method none needs neither, but cases to which people
// consented before it was set do: their clients are built as far as the configuration still has the accounts. A case
// that finds no client goes to HR.
func (a *App) addSuppliers(deps *workers.Deps, o Options, m *metrics) error {
	needed := a.cfg.Verification.Method != flows.MethodNone
	verifier, err := a.newVerifier(o)
	switch {
	case err == nil:
		a.verifier, deps.Verifier = verifier, countedVerifier{verifier, m}
	case needed:
		return err
	}
	evidence, err := a.newEvidenceClient(o)
	switch {
	case err == nil:
		deps.EvidenceClient = countedEvidence{evidence, m}
	case needed:
		return err
	}
	if !needed && (deps.Verifier == nil || deps.EvidenceClient == nil) {
		a.log.Info("verification.method is none and the account of Tencent Cloud or of e签宝 is not in the configuration: " +
			"a case that began under another method goes to HR when it needs one")
	}
	return nil
}

func (a *App) newVerifier(o Options) (*verify.Tencent, error) {
	c := a.cfg.Verification.Tencent
	c.Timeout, c.Now = o.CallTimeout, a.store.Now
	c.WithoutSMS = !a.cfg.SendsCodes()
	c.Supplier = a.cfg.Verification.SupplierName
	c.Surprised = a.noted.of(platformTencent)
	return verify.NewTencent(c)
}

func (a *App) newEvidenceClient(o Options) (*esign.Client, error) {
	return esign.New(esign.Config{
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
}
