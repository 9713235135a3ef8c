package bot

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"shiming/idcard"
	"shiming/shape"
)

// documentOCR is the API that reads one kind of document.
type documentOCR struct {
	op        string
	key       string   // of the result in data; also part of path and scope
	published []string // entities that the page names
}

// documentOCRs has the API for each kind of idcard.Readable (pages 识别文件中的港澳居民来往内地通行证, …台湾居民来往大陆通行证,
// …中国护照).
var documentOCRs = map[idcard.Document]documentOCR{
	idcard.HKMTravelPermit: {opReadHKMPermit, "hkm_mainland_travel_permit", permitEntities},
	idcard.TWTravelPermit:  {opReadTWPermit, "tw_mainland_travel_permit", permitEntities},
	idcard.Passport: {opReadPassport, "chinese_passport", []string{
		idcard.DocumentNameCN, idcard.DocumentNameEN, idcard.DocumentBirth, idcard.DocumentExpiry,
		idcard.DocumentIssuedAt, idcard.DocumentPassportNumber,
	}},
}

var permitEntities = []string{
	idcard.DocumentNameCN, idcard.DocumentNameEN, idcard.DocumentBirth, idcard.DocumentExpiry, idcard.DocumentCardNumber,
}

// ReadDocument reads a document of a kind of idcard.Readable from a JPEG of less than 10 MB. The answer has neither
// side nor corners. Limit and onSend are those of ReadIDCard: it is not published whether the APIs count together.
func (c *Client) ReadDocument(
	ctx context.Context, kind idcard.Document, jpeg []byte, onSend func(),
) ([]idcard.Entity, error) {
	api, ok := documentOCRs[kind]
	if !ok {
		return nil, fmt.Errorf("bot: no OCR reads a %s", kind)
	}
	type page struct {
		Entities []struct {
			Type  string `json:"type"`
			Value string `json:"value"`
		} `json:"entities"`
	}
	var out struct {
		Data struct {
			HKMPermit *page `json:"hkm_mainland_travel_permit"`
			TWPermit  *page `json:"tw_mainland_travel_permit"`
			Passport  *page `json:"chinese_passport"`
		} `json:"data"`
	}
	err := c.call(ctx, request{
		op:     api.op,
		effect: readOnly,
		method: http.MethodPost,
		path:   "/open-apis/document_ai/v1/" + api.key + "/recognize",
		file:   newFormFile("file", "document.jpg", jpeg),
		onSend: onSend,
	}, &out)
	if err != nil {
		return nil, err
	}
	read := map[idcard.Document]*page{
		idcard.HKMTravelPermit: out.Data.HKMPermit,
		idcard.TWTravelPermit:  out.Data.TWPermit,
		idcard.Passport:        out.Data.Passport,
	}[kind]
	if read == nil {
		return nil, &APIError{
			Op:         api.op,
			HTTPStatus: http.StatusOK,
			class:      ClassRetry,
			temporary:  true,
			cause:      errIncomplete,
		}
	}
	var entities []idcard.Entity
	for _, e := range read.Entities {
		if c.surprised != nil && !slices.Contains(api.published, e.Type) {
			c.surprised(api.op, shape.UnknownField+":data."+api.key+".entities."+e.Type)
		}
		entities = append(entities, idcard.Entity{Type: e.Type, Value: e.Value})
	}
	return entities, nil
}
