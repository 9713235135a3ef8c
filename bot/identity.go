package bot

import (
	"context"
	"net/http"

	larkhuman "github.com/larksuite/oapi-sdk-go/v3/service/human_authentication/v1"
)

// RecordIdentity binds name, ID number and mobile ("" = none) to a user and returns the verify_uid (page
// "录入身份信息"). The page does not say whether a second call with the same values succeeds, and Feishu has no query. A
// call without a response is therefore MaybeApplied and not Temporary.
func (c *Client) RecordIdentity(ctx context.Context, openID, name, number, mobile string) (string, error) {
	body := &larkhuman.CreateIdentityReqBody{IdentityName: &name, IdentityCode: &number}
	if mobile != "" {
		body.Mobile = &mobile
	}
	var out struct {
		Data struct {
			VerifyUID string `json:"verify_uid"`
		} `json:"data"`
	}
	id, err := c.idOf(ctx, openID)
	if err != nil {
		return "", err
	}
	err = c.call(ctx, request{
		op:     opIdentity,
		effect: notIdempotent,
		method: http.MethodPost,
		path:   "/open-apis/human_authentication/v1/identities",
		query:  map[string]string{"user_id": id, "user_id_type": c.userIDType},
		body:   body,
	}, &out)
	if err != nil {
		return "", err
	}
	if out.Data.VerifyUID == "" {
		return "", &APIError{
			Op:           opIdentity,
			HTTPStatus:   http.StatusOK,
			class:        ClassUnknown,
			maybeApplied: true,
			cause:        errIncomplete,
		}
	}
	return out.Data.VerifyUID, nil
}

// Values of user_id_type.
const (
	idTypeOpen  = "open_id"
	idTypeUnion = "union_id"
)

// scopeUserID lets an app see the user_id of people.
const scopeUserID = "contact:user.employee_id:readonly"

// idOf returns the person's id of the configured type, from the directory unless it is the open_id (page
// "获取单个用户信息"). A failure is one before the write: nothing was applied. Without its scope the page leaves user_id out.
func (c *Client) idOf(ctx context.Context, openID string) (string, error) {
	if c.userIDType == idTypeOpen {
		return openID, nil
	}
	var out struct {
		Data struct {
			User struct {
				UnionID string `json:"union_id"`
				UserID  string `json:"user_id"`
			} `json:"user"`
		} `json:"data"`
	}
	if err := c.getUser(ctx, openID, &out); err != nil {
		return "", err
	}
	id, scopes := out.Data.User.UserID, []string{scopeUserID}
	if c.userIDType == idTypeUnion {
		id, scopes = out.Data.User.UnionID, nil
	}
	if id == "" {
		return "", &APIError{
			Op:         opContact,
			HTTPStatus: http.StatusOK,
			class:      ClassPermission,
			scopes:     scopes,
			cause:      errIncomplete,
		}
	}
	return id, nil
}
