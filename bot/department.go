package bot

import (
	"context"
	"net/http"

	"shiming/flows"
)

// rootDepartment is the open_department_id of the whole company, which is no department to tell people apart by.
const rootDepartment = "0"

// firstDepartment returns the department that a user's entry names first, "" if there is none. The field needs the scope
// contact:user.department:readonly.
func firstDepartment(ids []string) string {
	if len(ids) == 0 || ids[0] == rootDepartment {
		return ""
	}
	return ids[0]
}

// Department returns a department (page "获取单个部门信息"). Its name is empty if the app lacks the scope
// contact:department.base:readonly, its lead without contact:department.organize:readonly. The API takes 1000 calls a
// minute and 50 a second.
func (c *Client) Department(ctx context.Context, id string) (flows.Department, error) {
	var out struct {
		Data struct {
			Department struct {
				Name string `json:"name"`
				Lead string `json:"leader_user_id"`
			} `json:"department"`
		} `json:"data"`
	}
	err := c.call(ctx, request{
		op:     opDepartment,
		effect: readOnly,
		method: http.MethodGet,
		path:   "/open-apis/contact/v3/departments/:department_id",
		params: map[string]string{"department_id": id},
		query:  map[string]string{"department_id_type": "open_department_id", "user_id_type": idTypeOpen},
	}, &out)
	d := out.Data.Department
	return flows.Department{ID: id, Name: d.Name, Lead: d.Lead}, err
}

// External reports whether people of other companies can be in a group (page "获取群信息"). Feishu tells only members of
// the group; for others the answer is false.
func (c *Client) External(ctx context.Context, chatID string) (bool, error) {
	var out struct {
		Data struct {
			External bool `json:"external"`
		} `json:"data"`
	}
	err := c.call(ctx, request{
		op:     opChat,
		effect: readOnly,
		method: http.MethodGet,
		path:   "/open-apis/im/v1/chats/:chat_id",
		params: map[string]string{"chat_id": chatID},
	}, &out)
	return out.Data.External, err
}
