package flows

import (
	"log/slog"
)

// The types of this file are what Feishu's directory and its groups answer. Fields for which the app has no scope are
// empty. They mask themselves in logs.

// RootDepartment is the id of the whole company. Feishu lists what is below it only if the app's directory range
// (通讯录权限范围) is everybody.
const RootDepartment = "0"

// DirectoryPerson is somebody in the directory.
type DirectoryPerson struct {
	OpenID      string
	Name        string
	Email       string
	WorkEmail   string // 企业邮箱, which 通过手机号或邮箱获取用户 ID does not know
	Mobile      string // as the directory has it, such as +8613800138000
	EmployeeNo  string
	Departments []string // open_department_ids, the main one first
	Status      DirectoryStatus
	Resigned    bool // has left for good; StatusLeft alone may be an account that its owner has left
}

func (p DirectoryPerson) String() string       { return "[person " + p.OpenID + "]" }
func (p DirectoryPerson) GoString() string     { return p.String() }
func (p DirectoryPerson) LogValue() slog.Value { return slog.StringValue(p.String()) }

// DirectoryStatus says whether somebody can be invited. It is StatusActive as well if the app may not read it.
type DirectoryStatus string

// The states of a person in the directory.
const (
	StatusActive DirectoryStatus = ""
	StatusLeft   DirectoryStatus = "left"   // resigned, or left the company's Feishu by himself
	StatusFrozen DirectoryStatus = "frozen" // suspended for a time
	StatusUnjoin DirectoryStatus = "unjoin" // has not taken up the invitation to the company's Feishu
)

// PeoplePage is a page of people. Next is the token of the next page, "" after the last.
type PeoplePage struct {
	People []DirectoryPerson
	Next   string
}

// DirectoryDepartment is a department with its place in the company.
type DirectoryDepartment struct {
	Department
	Parent  string // open_department_id; "" if the app may not read it
	Members int    // people in it and below it; 0 if the app may not read it
	Deleted bool
}

// DepartmentPage is a page of departments. Next is the token of the next page, "" after the last.
type DepartmentPage struct {
	Departments []DirectoryDepartment
	Next        string
}

// DirectoryRange is a page of what the app's directory range names: whole departments, and people by themselves. Groups
// are groups of users, which the directory does not resolve with the bot's scopes.
type DirectoryRange struct {
	Departments, People, Groups []string
	Next                        string
}

// FoundPerson is whose e-mail or mobile it is. OpenID is "" if nobody has it, or nobody whom the app may see.
type FoundPerson struct {
	Email, Mobile string // as they were asked for; one of them is set
	OpenID        string
	Status        DirectoryStatus
}

func (p FoundPerson) String() string       { return "[person " + p.OpenID + "]" }
func (p FoundPerson) GoString() string     { return p.String() }
func (p FoundPerson) LogValue() slog.Value { return slog.StringValue(p.String()) }

// MemberPage is a page of a group's members, open_ids without bots. Cut means that a security setting of the company
// hides the others: then the group is larger than its pages say.
type MemberPage struct {
	Members []string
	Next    string
	Cut     bool
}

// Chat is a group with the bot in it.
type Chat struct {
	ID, Name string
	External bool // people of other companies can be in it
}

// ChatPage is a page of the groups with the bot in them. Next is the token of the next page, "" after the last.
type ChatPage struct {
	Chats []Chat
	Next  string
}
