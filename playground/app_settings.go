package playground

import (
	"net/http"
	"slices"
	"strings"

	"shiming/sim/feishu"
)

// appForm is the body of POST /sim/app: changes of the app in the platforms' consoles. A member that is left out
// changes nothing.
type appForm struct {
	Grant       []string `json:"grant"`
	Revoke      []string `json:"revoke"`
	Subscribe   []string `json:"subscribe"` // events and card.action.trigger
	Unsubscribe []string `json:"unsubscribe"`
	Published   *bool    `json:"published"`
	InReview    *bool    `json:"in_review"` // a version waits for the tenant's administrator
	Bot         *bool    `json:"bot"`       // the app has the bot ability
	InGroup     *bool    `json:"in_group"`  // the bot is a member of the review group
	OCRLeft     *int     `json:"ocr_left"`
	Template    *int     `json:"template"`   // status of the SMS template: 0 approved, 1 under review, -1 refused
	LongConn    *bool    `json:"long_conn"`  // 订阅方式 of events and callbacks
	Disconnect  bool     `json:"disconnect"` // breaks the long connections
}

// postApp sets the app up wrong or right, so that a player can see how the bot and `shiming check` react.
func (pg *Server) postApp(r *http.Request) (any, error) {
	var in appForm
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	pg.World.Feishu.Grant(in.Grant...)
	pg.World.Feishu.Revoke(in.Revoke...)
	var now feishu.Subscriptions
	pg.World.Feishu.Subscribe(func(s *feishu.Subscriptions) {
		unsubscribed := func(name string) bool { return slices.Contains(in.Unsubscribe, name) }
		s.Events = slices.DeleteFunc(s.Events, unsubscribed)
		s.Callbacks = slices.DeleteFunc(s.Callbacks, unsubscribed)
		for _, name := range in.Subscribe {
			list := &s.Events
			if strings.HasPrefix(name, "card.") {
				list = &s.Callbacks
			}
			if !slices.Contains(*list, name) {
				*list = append(*list, name)
			}
		}
		if in.Published != nil {
			s.Draft = !*in.Published
		}
		if in.InReview != nil {
			s.InReview = *in.InReview
		}
		now = *s
		now.Events, now.Callbacks = slices.Clone(s.Events), slices.Clone(s.Callbacks)
	})
	if in.Bot != nil {
		pg.World.Feishu.Set(func(k *feishu.Behaviour) { k.BotOff = !*in.Bot })
	}
	if in.InGroup != nil {
		move := pg.World.Feishu.RemoveBotFromGroup
		if *in.InGroup {
			move = pg.World.Feishu.AddBotToGroup
		}
		if _, err := move(r.Context(), pg.World.ReviewChat(), pg.World.Admins()[0]); err != nil {
			return nil, err
		}
	}
	if in.OCRLeft != nil {
		pg.World.Feishu.OCRQuota(*in.OCRLeft)
	}
	if in.Template != nil {
		pg.World.Tencent.TemplateStatus(*in.Template)
	}
	if in.LongConn != nil {
		pg.World.Feishu.LongConnection(*in.LongConn)
	}
	if in.Disconnect {
		pg.World.Feishu.DropLongConnections()
	}
	open, made := pg.World.Feishu.LongConnections()
	return map[string]any{
		"events":                now.Events,
		"callbacks":             now.Callbacks,
		"published":             !now.Draft,
		"long_connections":      open,
		"long_connections_made": made,
	}, nil
}
