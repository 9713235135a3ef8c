package bot

import (
	"context"
	"net/http"
	"slices"

	"shiming/flows"
	"shiming/idcard"
	"shiming/shape"
)

// publishedEntities are the fields of a card that the page names.
var publishedEntities = []string{
	idcard.FieldName, idcard.FieldNumber, idcard.FieldAddress, idcard.FieldGender, idcard.FieldRace, idcard.FieldBirth,
	idcard.FieldIssuedBy, idcard.FieldValidFrom, idcard.FieldValidTo,
}

// ReadIDCard reads one side of an ID card from a JPEG of less than 10 MB (page "识别文件中的身份证"). Feishu allows ten
// calls a second per tenant. ReadIDCard calls onSend when the request starts to leave and when it has left, because the
// platform may count the call at either time, and again if the platform refused the first token.
func (c *Client) ReadIDCard(ctx context.Context, jpeg []byte, onSend func()) (flows.CardText, error) {
	var out struct {
		Data struct {
			Card *struct {
				Entities []struct {
					Type  string `json:"type"`
					Value string `json:"value"`
				} `json:"entities"`
				Side    *int  `json:"side"`
				Corners []int `json:"conners"` // the platform's spelling
			} `json:"id_card"`
		} `json:"data"`
	}
	err := c.call(ctx, request{
		op:     opReadCard,
		effect: readOnly,
		method: http.MethodPost,
		path:   "/open-apis/document_ai/v1/id_card/recognize",
		file:   newFormFile("file", "card.jpg", jpeg),
		onSend: onSend,
	}, &out)
	if err != nil {
		return flows.CardText{}, err
	}
	if out.Data.Card == nil {
		return flows.CardText{}, &APIError{
			Op:         opReadCard,
			HTTPStatus: http.StatusOK,
			class:      ClassRetry,
			temporary:  true,
			cause:      errIncomplete,
		}
	}
	text := flows.CardText{Side: out.Data.Card.Side, Corners: out.Data.Card.Corners}
	for _, entity := range out.Data.Card.Entities {
		if c.surprised != nil && !slices.Contains(publishedEntities, entity.Type) {
			c.surprised(opReadCard, shape.UnknownField+":data.id_card.entities."+entity.Type)
		}
		text.Entities = append(text.Entities, idcard.Entity{Type: entity.Type, Value: entity.Value})
	}
	return text, nil
}
