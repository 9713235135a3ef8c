package bot

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"shiming/flows"
)

// The directory's pages hold at most fifty people or departments; so do the lists of ids that it takes (pages
// "获取子部门列表", "获取部门直属用户列表", "批量获取用户信息", "通过手机号或邮箱获取用户 ID").
const directoryPage = "50"

// idTypeDepartment is open_department_id: department_id may be given to another department after a deletion.
const idTypeDepartment = "open_department_id"

// paging is the part of an answer that all lists share.
type paging struct {
	PageToken string `json:"page_token"`
	HasMore   bool   `json:"has_more"`
}

// next returns the token of the next page, "" after the last.
func (p paging) next() string {
	if !p.HasMore {
		return ""
	}
	return p.PageToken
}

// readPage reads a page of a list into out. token is that of the page, "" for the first.
func (c *Client) readPage(
	ctx context.Context, op, path string, params, query map[string]string, token string, out any,
) error {
	if token != "" {
		query["page_token"] = token
	}
	return c.call(ctx, request{
		op:     op,
		effect: readOnly,
		method: http.MethodGet,
		path:   path,
		params: params,
		query:  query,
	}, out)
}

// userEntry is a person as the directory's lists have it.
type userEntry struct {
	OpenID      string     `json:"open_id"`
	Name        string     `json:"name"`
	Email       string     `json:"email"`
	WorkEmail   string     `json:"enterprise_email"`
	Mobile      string     `json:"mobile"`
	EmployeeNo  string     `json:"employee_no"`
	Departments []string   `json:"department_ids"`
	Status      userStatus `json:"status"`
}

// userStatus is the state of a person. Somebody who has never logged in (is_activated) finds the messages at the first
// login, and counts as active.
type userStatus struct {
	IsFrozen   bool `json:"is_frozen"`
	IsResigned bool `json:"is_resigned"`

	IsExited bool `json:"is_exited"`
	IsUnjoin bool `json:"is_unjoin"`
}

func (s userStatus) status() flows.DirectoryStatus {
	switch {
	case s.IsResigned, s.IsExited:
		return flows.StatusLeft
	case s.IsFrozen:
		return flows.StatusFrozen
	case s.IsUnjoin:
		return flows.StatusUnjoin
	}
	return flows.StatusActive
}

func (u userEntry) person() flows.DirectoryPerson {
	return flows.DirectoryPerson{
		OpenID:      u.OpenID,
		Name:        u.Name,
		Email:       strings.ToLower(u.Email),
		WorkEmail:   strings.ToLower(u.WorkEmail),
		Mobile:      u.Mobile,
		EmployeeNo:  u.EmployeeNo,
		Departments: u.Departments,
		Status:      u.Status.status(),
		Resigned:    u.Status.IsResigned,
	}
}

func people(entries []userEntry) []flows.DirectoryPerson {
	out := make([]flows.DirectoryPerson, 0, len(entries))
	for _, u := range entries {
		if u.OpenID != "" {
			out = append(out, u.person())
		}
	}
	return out
}

// ChildDepartments returns a page of the departments below one (page "获取子部门列表"); all is with their children. For
// flows.RootDepartment the app's directory range must be everybody. A department that is too large for all answers
// 43010.
func (c *Client) ChildDepartments(ctx context.Context, id, pageToken string, all bool) (flows.DepartmentPage, error) {
	var out struct {
		Data struct {
			paging
			Items []struct {
				OpenID  string `json:"open_department_id"`
				Name    string `json:"name"`
				Parent  string `json:"parent_department_id"`
				Members int    `json:"member_count"`
				Status  struct {
					IsDeleted bool `json:"is_deleted"`
				} `json:"status"`
			} `json:"items"`
		} `json:"data"`
	}
	err := c.readPage(ctx, opChildren, "/open-apis/contact/v3/departments/:department_id/children",
		map[string]string{"department_id": id}, map[string]string{
			"department_id_type": idTypeDepartment,
			"user_id_type":       idTypeOpen,
			"fetch_child":        strconv.FormatBool(all),
			"page_size":          directoryPage,
		}, pageToken, &out)
	if err != nil {
		return flows.DepartmentPage{}, err
	}
	result := flows.DepartmentPage{Next: out.Data.next()}
	for _, d := range out.Data.Items {
		result.Departments = append(result.Departments, flows.DirectoryDepartment{
			Department: flows.Department{ID: d.OpenID, Name: d.Name},
			Parent:     d.Parent,
			Members:    d.Members,
			Deleted:    d.Status.IsDeleted,
		})
	}
	return result, nil
}

// PeopleOf returns a page of the people of a department, without those of the departments below it (page
// "获取部门直属用户列表").
func (c *Client) PeopleOf(ctx context.Context, departmentID, pageToken string) (flows.PeoplePage, error) {
	var out struct {
		Data struct {
			paging
			Items []userEntry `json:"items"`
		} `json:"data"`
	}
	err := c.readPage(ctx, opFindByDepartment, "/open-apis/contact/v3/users/find_by_department",
		nil, map[string]string{
			"department_id":      departmentID,
			"department_id_type": idTypeDepartment,
			"user_id_type":       idTypeOpen,
			"page_size":          directoryPage,
		}, pageToken, &out)
	if err != nil {
		return flows.PeoplePage{}, err
	}
	return flows.PeoplePage{People: people(out.Data.Items), Next: out.Data.next()}, nil
}

// DirectoryRange returns a page of the app's directory range (page "获取通讯录授权范围"). For everybody it is
// flows.RootDepartment. The page says that people are listed only with contact:user.employee_id:readonly.
func (c *Client) DirectoryRange(ctx context.Context, pageToken string) (flows.DirectoryRange, error) {
	var out struct {
		Data struct {
			paging
			Departments []string `json:"department_ids"`
			People      []string `json:"user_ids"`
			Groups      []string `json:"group_ids"`
		} `json:"data"`
	}
	err := c.readPage(ctx, opRange, "/open-apis/contact/v3/scopes",
		nil, map[string]string{
			"department_id_type": idTypeDepartment,
			"user_id_type":       idTypeOpen,
			"page_size":          "100",
		}, pageToken, &out)
	if err != nil {
		return flows.DirectoryRange{}, err
	}
	d := out.Data
	return flows.DirectoryRange{Departments: d.Departments, People: d.People, Groups: d.Groups, Next: d.next()}, nil
}

// FindPeople returns whose e-mails and mobiles they are, at most fifty of each (page "通过手机号或邮箱获取用户 ID").
// It does not know 企业邮箱. It needs the scope contact:user.id:readonly. The status of a person needs another scope, so
// that it asks a second time for those whom nobody in the company has: who is found then has left.
func (c *Client) FindPeople(ctx context.Context, emails, mobiles []string) ([]flows.FoundPerson, error) {
	found, err := c.findPeople(ctx, emails, mobiles, false)
	if err != nil {
		return nil, err
	}
	var lostEmails, lostMobiles []string
	for _, f := range found {
		switch {
		case f.OpenID != "":
		case f.Email != "":
			lostEmails = append(lostEmails, f.Email)
		default:
			lostMobiles = append(lostMobiles, f.Mobile)
		}
	}
	if len(lostEmails)+len(lostMobiles) == 0 {
		return found, nil
	}
	left, err := c.findPeople(ctx, lostEmails, lostMobiles, true)
	if err != nil {
		return nil, err
	}
	for _, f := range left {
		if f.OpenID != "" {
			f.Status = flows.StatusLeft
			found = append(found, f)
		}
	}
	return found, nil
}

// findPeople makes one call of FindPeople.
func (c *Client) findPeople(
	ctx context.Context, emails, mobiles []string, resigned bool,
) ([]flows.FoundPerson, error) {
	var out struct {
		Data struct {
			Users []struct {
				OpenID string     `json:"user_id"`
				Email  string     `json:"email"`
				Mobile string     `json:"mobile"`
				Status userStatus `json:"status"`
			} `json:"user_list"`
		} `json:"data"`
	}
	err := c.call(ctx, request{
		op:     opFindPeople,
		effect: readOnly,
		method: http.MethodPost,
		path:   "/open-apis/contact/v3/users/batch_get_id",
		query:  map[string]string{"user_id_type": idTypeOpen},
		body:   map[string]any{"emails": emails, "mobiles": mobiles, "include_resigned": resigned},
	}, &out)
	if err != nil {
		return nil, err
	}
	found := make([]flows.FoundPerson, 0, len(out.Data.Users))
	for _, u := range out.Data.Users {
		found = append(found, flows.FoundPerson{
			Email:  u.Email,
			Mobile: u.Mobile,
			OpenID: u.OpenID,
			Status: u.Status.status(),
		})
	}
	return found, nil
}

// People returns the entries of at most fifty people (page "批量获取用户信息"). Those outside the app's directory
// range, and ids that nobody has, are left out.
func (c *Client) People(ctx context.Context, openIDs []string) ([]flows.DirectoryPerson, error) {
	var out struct {
		Data struct {
			Items []userEntry `json:"items"`
		} `json:"data"`
	}
	err := c.call(ctx, request{
		op:     opPeople,
		effect: readOnly,
		method: http.MethodGet,
		path:   "/open-apis/contact/v3/users/batch",
		query:  map[string]string{"department_id_type": idTypeDepartment, "user_id_type": idTypeOpen},
		lists:  map[string][]string{"user_ids": openIDs},
	}, &out)
	if err != nil {
		return nil, err
	}
	return people(out.Data.Items), nil
}
