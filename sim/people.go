package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"slices"

	"shiming/sim/feishu"
	"shiming/sim/specimen"
	"shiming/sim/tencent"
)

// Employee is a fictional employee with a chat with the bot, a camera, an ID card, a mobile number and a bank card.
type Employee struct {
	OpenID string
	ChatID string // chat with the bot
	Person specimen.Person

	w *World
}

func (e *Employee) String() string       { return "Employee(" + e.OpenID + ")" }
func (e *Employee) GoString() string     { return e.String() }
func (e *Employee) LogValue() slog.Value { return slog.StringValue(e.String()) }

// MarshalJSON writes ids only.
func (e *Employee) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, `{"open_id":%q,"chat_id":%q}`, e.OpenID, e.ChatID), nil
}

// fixedID derives an id in the platform's format from a name. Ids that configuration files contain are the same in
// every world of a tenant.
func (w *World) fixedID(prefix, what string) string {
	if w.cfg.Tenant != "" {
		what = w.cfg.Tenant + " " + what
	}
	sum := sha256.Sum256([]byte("simulated " + what))
	return prefix + hex.EncodeToString(sum[:16])
}

// ReviewChat returns the id of the group in which HR reviews.
func (w *World) ReviewChat() string { return w.fixedID("oc_", "review chat") }

// AnnounceChat returns the id of the group of all employees.
func (w *World) AnnounceChat() string { return w.fixedID("oc_", "announce chat") }

// Admins returns the open_ids of the HR admins.
func (w *World) Admins() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.admins)
}

// Display names of the groups and of the bot.
const (
	ReviewChatName   = "HR 审核群"
	AnnounceChatName = "全员群"
	BotName          = "实名助手"
)

// adminID returns the open_id of an admin, counted from 0.
func (w *World) adminID(i int) string { return w.fixedID("ou_", fmt.Sprintf("admin %d", i+1)) }

// createCompany creates the HR admins, the departments, which the last admin leads, and the two groups.
func (w *World) createCompany(admins int) {
	lead := w.adminID(admins - 1)
	for i, name := range departmentNames {
		w.Feishu.AddDepartment(feishu.Department{OpenID: w.department(i), Name: name, Lead: lead})
	}
	for _, name := range regionNames {
		w.Feishu.AddDepartment(feishu.Department{
			OpenID: w.region(name), Name: name, Parent: w.department(salesDepartment), Lead: lead,
		})
	}
	for i := range admins {
		id := w.adminID(i)
		p := specimen.NewPerson(-1 - int64(i))
		w.Feishu.AddUser(feishu.User{
			OpenID:     id,
			Name:       "HR " + p.Name,
			EnName:     fmt.Sprintf("HR %d", i+1),
			EmployeeNo: fmt.Sprintf("HR%02d", i+1),

			Departments: []string{w.department(0)},
		})
		w.admins = append(w.admins, id)
		w.joined(id, p, "")
	}
	w.Feishu.AddGroup(w.ReviewChat(), ReviewChatName, w.admins...)
	w.Feishu.AddGroup(w.AnnounceChat(), AnnounceChatName, w.admins...)
}

// departmentNames are the parts of the company. Its people are spread over them evenly, its admins are in the first.
var departmentNames = []string{"人力资源部", "研发部", "销售部", "运营部"}

// salesDepartment is the index of the department with departments below it; its people belong to one of those besides.
const salesDepartment = 2

// regionNames are the departments below the sales department.
var regionNames = []string{"华东大区", "华南大区"}

// region returns the open_department_id of a department below the sales department.
func (w *World) region(name string) string { return w.fixedID("od-", "region "+name) }

// departmentsOf returns the departments of the n-th person, the main one first.
func (w *World) departmentsOf(no int) []string {
	main := 1 + no%(len(departmentNames)-1)
	if main != salesDepartment {
		return []string{w.department(main)}
	}
	return []string{w.department(main), w.region(regionNames[no/(len(departmentNames)-1)%len(regionNames)])}
}

// department returns the open_department_id of the n-th department.
func (w *World) department(n int) string {
	return w.fixedID("od-", "department "+departmentNames[n%len(departmentNames)])
}

// Hire adds n fictional people to the company: to the Feishu directory with their mobile, to the group of all
// employees, and to the carriers' registry.
func (w *World) Hire(n int) []*Employee { return w.hire(n, nil) }

// HirePermit is Hire for one person with a residence permit, whose number begins with 83.
func (w *World) HirePermit() *Employee {
	return w.HireAs(func(p specimen.Person) specimen.Person { return p.Numbered("830000") })
}

// HireChild is Hire for one person of fourteen.
func (w *World) HireChild() *Employee {
	return w.HireAs(func(p specimen.Person) specimen.Person { return p.Child(w.cfg.Now()) })
}

// HireAs is Hire for one person whom change makes out of a new one.
func (w *World) HireAs(change func(specimen.Person) specimen.Person) *Employee {
	return w.hire(1, change)[0]
}

// Bank has issued the bank cards of the employees.
const Bank = "样例银行"

// hire adds n people, as change makes them unless it is nil.
func (w *World) hire(n int, change func(specimen.Person) specimen.Person) []*Employee {
	w.mu.Lock()
	defer w.mu.Unlock()
	var hired []*Employee
	for range n {
		no := len(w.people) + 1
		p := specimen.NewPerson(w.cfg.Seed + int64(no))
		if change != nil {
			p = change(p)
		}
		u := w.Feishu.AddUser(feishu.User{
			Name:       p.Name,
			Mobile:     "+86" + p.Mobile,
			EmployeeNo: fmt.Sprintf("E%04d", no),

			Departments: w.departmentsOf(no),
		})
		w.Feishu.AddMembers(w.AnnounceChat(), u.OpenID)
		w.Tencent.Register(p.Name, p.Code, p.Mobile)
		w.Tencent.RegisterFace(p.Name, p.Code)
		w.Tencent.OpenAccount(tencent.Account{
			Name:   p.Name,
			Number: p.Code,
			Mobile: p.Mobile,
			Card:   p.BankCard,
			Bank:   Bank,
			Kind:   tencent.AccountDebit,
		})
		e := &Employee{
			OpenID: u.OpenID,
			ChatID: w.Feishu.P2PChat(u.OpenID),
			Person: p,
			w:      w,
		}
		w.joined(u.OpenID, p, e.ChatID)
		w.people = append(w.people, e)
		hired = append(hired, e)
	}
	return hired
}

// RegisterToAnother has the operator name somebody who is no employee as the holder of a person's mobile. The person's
// bank still knows the person by it.
func (w *World) RegisterToAnother(e *Employee) {
	nobody := specimen.NewPerson(w.cfg.Seed) // employees have the numbers behind
	w.Tencent.Register("样例他人", nobody.Code, e.Person.Mobile)
}

// People returns the employees in the order in which they were hired.
func (w *World) People() []*Employee {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.people)
}

// Employee returns the employee with an open_id, or nil.
func (w *World) Employee(openID string) *Employee {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := slices.IndexFunc(w.people, func(e *Employee) bool { return e.OpenID == openID }); i >= 0 {
		return w.people[i]
	}
	return nil
}

// Photo renders a side ("front" or "back") of a person's card.
func Photo(p specimen.Person, side string, v specimen.Variant) ([]byte, error) {
	if side == SideFront {
		return specimen.Front(p, v)
	}
	return specimen.Back(p, v)
}

// Sides of the card, as buttons and the control API name them.
const (
	SideFront = "front"
	SideBack  = "back"
)
