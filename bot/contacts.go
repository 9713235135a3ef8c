package bot

import (
	"context"
	"net/http"

	"shiming/flows"
)

// Contact returns a user's entry of the directory (page "获取单个用户信息"). A field is empty if the app lacks its scope.
func (c *Client) Contact(ctx context.Context, openID string) (flows.Contact, error) {
	var out struct {
		Data struct {
			User struct {
				Name   string `json:"name"`
				Mobile string `json:"mobile"`
				// Departments are open_department_ids, the default of the request; the main one first.
				Departments []string `json:"department_ids"`
				Status      struct {
					IsResigned bool `json:"is_resigned"`
					IsExited   bool `json:"is_exited"`
				} `json:"status"`
			} `json:"user"`
		} `json:"data"`
	}
	if err := c.getUser(ctx, openID, &out); err != nil {
		return flows.Contact{}, err
	}
	u := out.Data.User
	return flows.Contact{
		Name:       u.Name,
		Mobile:     u.Mobile,
		Department: flows.Department{ID: firstDepartment(u.Departments)},
		Left:       u.Status.IsResigned || u.Status.IsExited,
	}, nil
}

// getUser reads a user's entry of the directory into out.
func (c *Client) getUser(ctx context.Context, openID string, out any) error {
	return c.call(ctx, request{
		op:     opContact,
		effect: readOnly,
		method: http.MethodGet,
		path:   "/open-apis/contact/v3/users/:user_id",
		params: map[string]string{"user_id": openID},
		query:  map[string]string{"user_id_type": idTypeOpen},
	}, out)
}

// maxPages limits the number of pages of a group. At 100 members a page, no group has so many.
const maxPages = 1000

// Members returns the open_ids of a group's members without bots, of all companies. The bot must be a member.
func (c *Client) Members(ctx context.Context, chatID string) (members []string, err error) {
	token := ""
	for range maxPages {
		page, err := c.MemberPage(ctx, chatID, "", token)
		if err != nil {
			return nil, err
		}
		members = append(members, page.Members...)
		if token = page.Next; token == "" {
			break
		}
	}
	return members, nil
}

// Bot describes the bot of the app.
type Bot struct {
	Name   string
	OpenID string
	Active bool // enabled in the tenant
}

// botEnabled is activate_status for an app that is enabled.
const botEnabled = 2

// BotInfo returns the bot of the app (page "获取机器人信息"). The call needs no scope.
func (c *Client) BotInfo(ctx context.Context) (Bot, error) {
	var out struct {
		Bot struct {
			Name           string `json:"app_name"`
			OpenID         string `json:"open_id"`
			ActivateStatus int    `json:"activate_status"`
		} `json:"bot"`
	}
	err := c.call(ctx, request{
		op:     opBotInfo,
		effect: readOnly,
		method: http.MethodGet,
		path:   "/open-apis/bot/v3/info",
	}, &out)
	return Bot{Name: out.Bot.Name, OpenID: out.Bot.OpenID, Active: out.Bot.ActivateStatus == botEnabled}, err
}
