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
	err := c.call(ctx, request{
		op:     opIdentity,
		effect: notIdempotent,
		method: http.MethodPost,
		path:   "/open-apis/human_authentication/v1/identities",
		query:  map[string]string{"user_id": openID, "user_id_type": "open_id"},
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
