package playground

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"shiming/sim"
	"shiming/sim/feishu"
)

// postAgreement lets a person open the agreement page of the newest consent card, and accept there.
func (pg *Server) postAgreement(r *http.Request) (any, error) {
	who := r.PathValue("who")
	e := pg.World.Employee(who)
	if e == nil {
		return nil, missing("employee")
	}
	for _, m := range slices.Backward(pg.World.Feishu.Messages(e.ChatID)) {
		link := sim.ReadMessage(m).Page
		if link == "" {
			continue
		}
		ctx, cancel := context.WithTimeout(r.Context(), actionTimeout)
		defer cancel()
		if err := pg.World.AcceptAgreement(ctx, who, link); err != nil {
			return nil, err
		}
		return map[string]string{"agreement": "accepted"}, nil
	}
	return nil, errors.New("no card with a link to the agreement page")
}

// pageLogin tells the page how a browser says to the simulated Feishu whose phone it is: by a cookie, when it opens a
// link behind the gateway.
func (pg *Server) pageLogin() map[string]string {
	return map[string]string{
		"links":  pg.World.GatewayURL + "/",
		"cookie": feishu.LoginPerson,
		"path":   feishu.AuthorizePath,
	}
}
