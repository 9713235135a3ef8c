package bot

import (
	"context"
	"encoding/json"
	"net/http"

	larkim "github.com/larksuite/oapi-sdk-go/v3/service/im/v1"

	"shiming/flows"
)

// MaxFileBytes is the largest file that Feishu takes (page "上传文件"). It takes no empty one.
const MaxFileBytes = 30 << 20

// UploadFile uploads a file of at most MaxFileBytes for a message and returns its file_key (page "上传文件"). name has an
// ending, by which the receiver's client chooses the program that opens it. The type stream is that of every file
// which is neither media nor one of the older office formats. Feishu documents no way to delete an uploaded file:
// docs/data.md says what that means for exports.
func (c *Client) UploadFile(ctx context.Context, name string, file []byte) (string, error) {
	var out struct {
		Data struct {
			FileKey string `json:"file_key"`
		} `json:"data"`
	}
	err := c.call(ctx, request{
		op:      opFile,
		effect:  idempotent,
		method:  http.MethodPost,
		path:    "/open-apis/im/v1/files",
		timeout: c.downloadTimeout,
		file:    newFormFile("file", name, file, formField{"file_type", "stream"}, formField{"file_name", name}),
	}, &out)
	if err == nil && out.Data.FileKey == "" {
		err = &APIError{
			Op:           opFile,
			HTTPStatus:   http.StatusOK,
			class:        ClassRetry,
			temporary:    true,
			maybeApplied: true,
			cause:        errIncomplete,
		}
	}
	return out.Data.FileKey, err
}

// SendFile posts an uploaded file as a message of its own and returns the message id (page "发送消息", msg_type file).
// The uuid works as in Send.
func (c *Client) SendFile(ctx context.Context, to flows.Receiver, fileKey, uuid string) (string, error) {
	content, err := json.Marshal(map[string]string{"file_key": fileKey})
	if err != nil {
		return "", &APIError{Op: opSend, class: ClassBug, cause: errRequest}
	}
	return c.post(ctx, request{
		op:     opSend,
		effect: idempotent,
		method: http.MethodPost,
		path:   "/open-apis/im/v1/messages",
		query:  map[string]string{"receive_id_type": to.Type},
		body: larkim.NewCreateMessageReqBodyBuilder().
			ReceiveId(to.ID).MsgType(larkim.MsgTypeFile).Content(string(content)).Uuid(uuid).Build(),
	})
}
