package playground

import (
	"net/http"
	"slices"
	"strings"

	"shiming/sim/feishu"
)

// appForm changes the app in the consoles of the platforms; what is left out stays.
type appForm struct {
	Grant       []string `json:"grant"`
	Revoke      []string `json:"revoke"`
	Subscribe   []string `json:"subscribe"` // events, and card.action.trigger
	Unsubscribe []string `json:"unsubscribe"`
	Published   *bool    `json:"published"`
	InReview    *bool    `json:"in_review"` // whether a version waits for the tenant's administrator
	Bot         *bool    `json:"bot"`       // bot ability
	InGroup     *bool    `json:"in_group"`  // whether the bot is in the review group
	OCRLeft     *int     `json:"ocr_left"`
	Template    *int     `json:"template"`   // status of the SMS template: 0 approved, 1 under review, -1 refused
	LongConn    *bool    `json:"long_conn"`  // 订阅方式
	Disconnect  bool     `json:"disconnect"` // break the long connections
}

// postApp lets somebody see what a bot, and its doctor, make of an app that is set up wrong.
func (pg *Server) postApp(r *http.Request) (any, error) {
	var in appForm
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	pg.World.Feishu.Grant(in.Grant...)
	pg.World.Feishu.Revoke(in.Revoke...)
	var now feishu.Subscriptions
	pg.World.Feishu.Subscribe(func(s *feishu.Subscriptions) {
		for _, list := range []struct {
			of   *[]string
			mine func(string) bool
		}{{&s.Events, func(e string) bool { return !isCallback(e) }}, {&s.Callbacks, isCallback}} {
			*list.of = slices.DeleteFunc(*list.of, func(e string) bool { return slices.Contains(in.Unsubscribe, e) })
			for _, e := range in.Subscribe {
				if list.mine(e) && !slices.Contains(*list.of, e) {
					*list.of = append(*list.of, e)
				}
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
	return map[string]any{"events": now.Events, "callbacks": now.Callbacks, "published": !now.Draft,
		"long_connections": open, "long_connections_made": made}, nil
}

func isCallback(name string) bool { return strings.HasPrefix(name, "card.") }
