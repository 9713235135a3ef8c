package app

import (
	"fmt"

	"shiming/config"
	"shiming/flows"
	"shiming/web"
)

// warnOfFace says at the start what an installation cannot do that verifies by face and has no score for e签宝.
func (a *App) warnOfFace() {
	if a.cfg.Uses(flows.Face) && a.cfg.Evidence.FaceLiveScore != config.FaceLiveStatus {
		a.log.Warn("evidence.face_live_score is stop: nobody is asked for the face, because Tencent Cloud gives no score of " +
			"the liveness check and e签宝 requires one; when e签宝 has confirmed that the status may stand there, set it to status")
	}
}

// serveFace makes the handler of the page to which a check by face returns. It does nothing without that method.
func (a *App) serveFace(m *metrics) error {
	if !a.cfg.Uses(flows.Face) {
		return nil
	}
	for _, o := range web.FaceOutcomes { // so that the first one is an increase
		m.faces.WithLabelValues(string(o))
	}
	handler, err := web.NewFace(web.FaceConfig{
		PublicURL:      a.cfg.Server.PublicURL,
		Cases:          a.engine,
		MAC:            a.store.MACs,
		TrustedProxies: a.cfg.Server.TrustedProxies,
		ChatURL:        chatURL(a.cfg),
		Now:            a.engine.Now,
		Log:            a.log,
		Observe:        m.facePage,
	})
	if err != nil {
		return fmt.Errorf("server.public_url: %w", err)
	}
	a.pages.face = handler
	return nil
}
