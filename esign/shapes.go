package esign

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"shiming/shape"
)

// The published shapes of what e签宝 answers to a case.

// answers has the shape of a successful answer for each method.
var answers = map[string]*shape.Shape{
	// page "file-upload-url"
	"UploadURL": envelope(shape.Fields{"fileId": shape.Needed(shape.Text), "fileUploadUrl": shape.Needed(shape.Text)}),
	// pdf-sign3/qz4aip
	"FileStatus": envelope(shape.Fields{
		"fileId":             shape.Needed(shape.Text),
		"fileName":           shape.Text,
		"fileSize":           shape.Number,
		"fileStatus":         shape.Needed(shape.Number),
		"fileDownloadUrl":    shape.Text,
		"fileTotalPageCount": shape.Number,
		"pageWidth":          shape.Number,
		"pageHeight":         shape.Number,
	}),
	// evidence_3/gftptngu8s79lgg6
	"CreatePersonPoint": envelope(shape.Fields{"eviPointId": shape.Needed(shape.Text)}),
}

func envelope(data shape.Fields) *shape.Shape {
	return shape.Object(shape.Fields{
		"code":    shape.Needed(shape.Number),
		"message": shape.Text,
		"success": shape.Bool, // of the gateway
		"data":    shape.Needed(shape.Object(data)),
	})
}

// storageAnswered is the answer of the storage to a PUT.
var storageAnswered = shape.Object(shape.Fields{"errCode": shape.Needed(shape.Number), "msg": shape.Text})

// compare reports how an answer differs from its page. A refusal is compared by its code.
func (c *Client) compare(op string, status int, body []byte) {
	if c.surprised == nil || !json.Valid(body) {
		return
	}
	a, problem := decodeAnswer(body)
	switch published := answers[op]; {
	case problem == "" && a.code != 0:
		c.unknownCode(op, strconv.FormatInt(a.code, 10))
	case published != nil && status/100 == 2 && !a.refused:
		shape.Compare(body, published, func(difference string) { c.surprised(op, difference) })
	}
}

// comparePut reports how an answer of the storage differs from its page. An empty one is documented.
func (c *Client) comparePut(op string, status int, body []byte) {
	if c.surprised == nil {
		return
	}
	switch a, known := decodeStorage(body); {
	case known && a.word != "":
		c.unknownCode(op, a.word)
	case status == 200 && json.Valid(body):
		shape.Compare(body, storageAnswered, func(difference string) { c.surprised(op, difference) })
	}
}

// unknownCode reports a code unless a page lists it.
func (c *Client) unknownCode(op, name string) {
	if c.surprised != nil && !slices.ContainsFunc(codes, func(r code) bool { return r.code == name }) {
		c.surprised(op, shape.UnknownCode+":"+name)
	}
}

// otherHost reports the host of an upload address to which no photo is sent.
func (c *Client) otherHost(op, raw string) {
	u, err := url.Parse(raw)
	if c.surprised == nil || err != nil {
		return
	}
	if host := strings.ToLower(u.Hostname()); !c.isUploadHost(host) {
		c.surprised(op, shape.Host+":"+host)
	}
}
