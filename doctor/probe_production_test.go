package doctor

import (
	"testing"

	"shiming/config"
	"shiming/e2e/files"
	"shiming/esign"
)

// TestEvidenceProbeOfProduction checks that the probe refuses production by itself. A network is not needed: a request
// would end with no answer instead.
func TestEvidenceProbeOfProduction(t *testing.T) {
	t.Parallel()
	cfg, err := config.Load(files.WriteTemp(t, "config.yaml", files.CompleteConfig), nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Esign.BaseURL = esign.ProductionURL
	d, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	if r := d.checkEntitlement(t.Context()); r.outcome != Problem || r.noAnswer || r.remedy.EN == "" {
		t.Errorf("got %s, %+v; want a problem with a remedy, without a request", r.outcome, r.found)
	}
}
