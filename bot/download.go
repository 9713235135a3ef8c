package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"

	"shiming/idcard"
)

// Download fetches a picture from a message (page "获取消息中的资源文件"); kind is "image" or "file". It reads at most
// idcard.MaxPhotoBytes+1 bytes, so that the inspection refuses a longer file. It does not use the SDK, which reads the
// whole response of up to 100 MB into memory.
func (c *Client) Download(ctx context.Context, messageID, fileKey, kind string) ([]byte, error) {
	r := request{op: "im.message_resource.get", effect: readOnly}
	if !pathSegment(messageID) || !pathSegment(fileKey) || kind != "image" && kind != "file" {
		return nil, &APIError{Op: r.op, class: ClassBug, cause: errRequest}
	}
	address := c.base + "/open-apis/im/v1/messages/" + url.PathEscape(messageID) +
		"/resources/" + url.PathEscape(fileKey) + "?type=" + kind
	start := c.now()
	var picture []byte
	err := c.withToken(ctx, func(token string) (err error) {
		picture, err = c.download(ctx, r, address, kind, token)
		return err
	})
	c.observed(r.op, err, c.now().Sub(start))
	return picture, err
}

func (c *Client) download(ctx context.Context, r request, address, kind, token string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.downloadTimeout)
	defer cancel()
	tr := &callTrace{}
	req, err := http.NewRequestWithContext(withCallTrace(ctx, tr), http.MethodGet, address, nil)
	if err != nil {
		return nil, &APIError{Op: r.op, class: ClassBug, cause: errRequest}
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.noResponse(ctx, r, tr, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := readUpTo(resp.Body, resp.ContentLength, idcard.MaxPhotoBytes+1)
	if err != nil {
		return nil, c.noResponse(ctx, r, tr, err)
	}
	contentType := resp.Header.Get("Content-Type")
	var f errorBody
	isJSON := strings.Contains(contentType, "json")
	if kind == "image" && resp.StatusCode == http.StatusOK &&
		(strings.HasPrefix(contentType, "text/html") || isJSON && succeeded(body)) {
		// The response is the page of a proxy, or a success without the picture. For kind "file" it may be the content.
		return nil, c.noResponse(ctx, r, tr, errNotJSON)
	}
	if resp.StatusCode == http.StatusOK && !(isJSON && json.Unmarshal(body, &f) == nil && f.Code != nil && *f.Code != 0) {
		return body, nil
	}
	return nil, c.evaluate(ctx, r, tr, body, nil)
}

// succeeded reports whether body is a response with code 0.
func succeeded(body []byte) bool {
	var f errorBody
	return json.Unmarshal(body, &f) == nil && f.Code != nil && *f.Code == 0
}

// readUpTo reads at most limit bytes. announced is the Content-Length, -1 if unknown; it sizes the buffer in advance,
// so that a file of many megabytes is not copied while the buffer grows.
func readUpTo(r io.Reader, announced, limit int64) ([]byte, error) {
	var b bytes.Buffer
	if announced >= 0 {
		b.Grow(int(min(announced, limit)) + bytes.MinRead)
	}
	_, err := b.ReadFrom(io.LimitReader(r, limit))
	return b.Bytes(), err
}

// UploadImage uploads a picture of at most 10 MB for use in a card and returns its image_key (page "上传图片"). Feishu
// documents no way to delete it: docs/data.md says what that means for the originals that HR looks at.
func (c *Client) UploadImage(ctx context.Context, picture []byte) (string, error) {
	var out struct {
		Data struct {
			ImageKey string `json:"image_key"`
		} `json:"data"`
	}
	form := larkcore.NewFormdata().
		AddField("image_type", "message").
		AddFileWithName("image", "image", bytes.NewReader(picture))
	err := c.call(ctx, request{
		op:     opImage,
		effect: idempotent,
		method: http.MethodPost,
		path:   "/open-apis/im/v1/images",
		body:   form,
	}, &out)
	if err == nil && out.Data.ImageKey == "" {
		err = &APIError{
			Op:           opImage,
			HTTPStatus:   http.StatusOK,
			class:        ClassRetry,
			temporary:    true,
			maybeApplied: true,
			cause:        errIncomplete,
		}
	}
	return out.Data.ImageKey, err
}
