package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim/feishu"
)

// sends sends a file to the bot in private.
func (c campaignTest) sends(name string, raw []byte) {
	c.Helper()
	c.Delivered(c.World.Feishu.SendFile(c.Ctx, c.hr.OpenID, name, raw))
}

// TestCampaignFromFile: HR sends a list as WPS saves it, in GBK, with people named twice, by name and by mobile,
// somebody who has left, two of one name, a stranger and a formula. HR chooses between the two and confirms; each of
// those who are left gets one invitation, and a receipt is counted.
func TestCampaignFromFile(t *testing.T) {
	c := startCampaigns(t, withCampaigns(t))
	people := c.HireAll(5)
	for i, p := range people {
		c.World.Feishu.ChangeUser(p.OpenID, func(u *feishu.User) {
			u.Name = []string{"甲一一", "乙二二", "丙三三", "丙三三", "戊五五"}[i]
			u.Resigned = i == 4
		})
	}
	list := strings.Join([]string{
		"新员工名单,,",
		"姓名,手机号（必填）,备注",
		"甲一一,,",                                  // 3
		"," + people[1].Person.Mobile + ",",      // 4
		"乙二二," + people[1].Person.Mobile + ",",   // 5: again
		"丙三三,,",                                  // 6: two of the name
		"," + people[4].Person.Mobile + ",",      // 7: has left
		"无名氏,,",                                  // 8: nobody
		"=cmd|'/C calc'!A0,,",                    // 9
		"甲一一 ,,=HYPERLINK(\"http://x.example\")", // 10: again, by the same name
	}, "\r\n")
	raw, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(list))
	if err != nil {
		t.Fatal(err)
	}
	c.sends("名单.csv", raw)
	preview := c.card("等你确认", "联系不上：1 人", "没有找到：1 行 （第 8 行）", "看不懂：1 行 （第 9 行）", "重复：2 行", "第 6 行有重名")
	c.Click(c.hr.OpenID, preview, "campaign/pick", func(b feishu.Button) bool {
		to, _ := b.Value["to"].(string)
		person, _ := b.Value["person"].(string)
		return b.Act == "campaign" && to == "pick" && person == people[3].OpenID
	}, nil)
	waitIdle(c.Harness)
	preview = c.card("等你确认", "3\n人会收到邀请")
	c.ClickOn(c.hr.OpenID, preview, "invite", nil)
	for _, i := range []int{0, 1, 3} {
		c.invitation(people[i], "请你完成实名登记")
	}
	waitIdle(c.Harness)
	for _, i := range []int{2, 4} {
		if n := cardsThat(c.Harness, c.World.Feishu.P2PChat(people[i].OpenID), "请你完成实名登记"); n != 0 {
			t.Errorf("person %d: got %d invitations, want none", i, n)
		}
	}
	if _, err := c.World.Feishu.Read(c.Ctx, people[0].OpenID); err != nil {
		t.Fatal(err)
	}
	waitIdle(c.Harness)
	c.Advance(time.Minute)
	c.card("进行中", "已发 3", "已读 1")
	_, rows := c.campaign()
	if rows[people[0].OpenID].ReadAt.IsZero() || rows[people[4].OpenID].Code != flows.CodeLeft || len(rows) != 4 {
		t.Errorf("got %d people, read %v, code %q", len(rows), rows[people[0].OpenID].ReadAt, rows[people[4].OpenID].Code)
	}
}

// TestCampaignListsThatCannotBeRead: each says why, and nobody is invited. Somebody else's table is no list.
func TestCampaignListsThatCannotBeRead(t *testing.T) {
	c := startCampaigns(t, withCampaigns(t))
	p := c.Hire()
	c.sends("费用.csv", []byte("金额,日期\n12.50,2026-11-30\n"))
	c.card("没有发", "没找到姓名、邮箱、手机号", "名单可以是 XLSX、CSV 或文本")
	c.Until("the template comes as a file", func() bool {
		return slices.ContainsFunc(c.World.Feishu.Messages(c.hr.Chat()), func(m feishu.Message) bool {
			return m.FromBot && m.Type == "file"
		})
	})
	c.sends("很长.csv", []byte("姓名\n"+strings.Repeat(p.Person.Name+"\n", 50_001)))
	c.card("没有发", "名单太长")
	c.sends("旧的.xls", []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and more"))
	c.card("没有发", "另存为 XLSX 或 CSV")
	c.hr.Say("邀请\n" + strings.Repeat("某某某\n", 600))
	c.Find(c.hr.Chat(), "a notice that the list was cut", func(s harness.CardView) bool {
		return s.Card != nil && s.Says("超过 2,000 字")
	})
	c.Delivered(c.World.Feishu.SendFile(c.Ctx, p.OpenID, "名单.csv", []byte("姓名\n"+p.Person.Name)))
	waitIdle(c.Harness)
	if campaign, _ := c.campaign(); campaign == nil || campaign.By != c.hr.OpenID {
		t.Error("got a campaign of an employee, want HR's only")
	}
}

// TestCampaignOfDepartment: a department of the name that HR types, with those below it, each person once. Without the
// permission to read the directory the card says which one it is.
func TestCampaignOfDepartment(t *testing.T) {
	c := startCampaigns(t, withCampaigns(t))
	people := c.HireAll(9)
	c.hr.Say("邀请")
	menu := c.Find(c.hr.Chat(), "the menu", func(s harness.CardView) bool {
		return s.Msg.FromBot && s.Card != nil && s.Card.Title() == "邀请员工实名"
	})
	c.Click(c.hr.OpenID, menu, "invite/", func(b feishu.Button) bool {
		to, _ := b.Value["to"].(string)
		return b.Act == "invite" && to == ""
	}, map[string]any{"target_name": "华东大区"})
	c.card("等你确认", "华东大区")
	_, rows := c.campaign()
	want := 0
	for _, p := range people {
		u, _ := c.World.Feishu.User(p.OpenID)
		if len(u.Departments) < 2 { // the second one is a region
			continue
		}
		if row, ok := rows[p.OpenID]; ok {
			want++
			if row.Department != u.Departments[0] {
				t.Errorf("got department %s, want the main one %s", row.Department, u.Departments[0])
			}
		}
	}
	if want == 0 || want != len(rows) {
		t.Errorf("got %d people, %d of them of the region, want all", len(rows), want)
	}

	c.World.Feishu.Revoke("contact:contact.base:readonly", "contact:department.organize:readonly")
	c.hr.Say(fmt.Sprint("邀请\n", people[0].OpenID, "\n", "无名氏"))
	c.card("等你确认", "要通讯录权限才能查：1 行", "contact:contact.base:readonly")
}
