package sheet

import (
	"strings"
	"unicode"
)

// Field is what a column says of a person.
type Field string

// The fields of a Row.
const (
	FieldName       Field = "name"
	FieldEmail      Field = "email"
	FieldMobile     Field = "mobile"
	FieldOpenID     Field = "open_id"
	FieldEmployeeNo Field = "employee_no"
)

// Fields lists all fields.
func Fields() []Field {
	return []Field{FieldName, FieldEmail, FieldMobile, FieldOpenID, FieldEmployeeNo}
}

// headings are the names of columns, folded. Only a whole heading counts: 直属上级姓名 is nobody of the list.
var headings = map[string]Field{
	"姓名": FieldName, "名字": FieldName, "员工姓名": FieldName, "中文名": FieldName, "中文姓名": FieldName, "真实姓名": FieldName,
	"员工": FieldName, "人员": FieldName, "name": FieldName, "fullname": FieldName, "employeename": FieldName,
	"staffname": FieldName, "displayname": FieldName, "username": FieldName, "employee": FieldName,

	"邮箱": FieldEmail, "电子邮箱": FieldEmail, "电子邮件": FieldEmail, "工作邮箱": FieldEmail, "企业邮箱": FieldEmail,
	"邮箱地址": FieldEmail, "邮件": FieldEmail, "公司邮箱": FieldEmail, "email": FieldEmail, "mail": FieldEmail,
	"emailaddress": FieldEmail, "workemail": FieldEmail, "businessemail": FieldEmail, "companyemail": FieldEmail,

	"手机": FieldMobile, "手机号": FieldMobile, "手机号码": FieldMobile, "移动电话": FieldMobile, "电话": FieldMobile,
	"联系电话": FieldMobile, "电话号码": FieldMobile, "联系方式": FieldMobile, "mobile": FieldMobile,
	"mobilenumber": FieldMobile, "mobilephone": FieldMobile, "phone": FieldMobile, "phonenumber": FieldMobile,
	"cellphone": FieldMobile, "tel": FieldMobile, "telephone": FieldMobile, "cell": FieldMobile,

	"openid": FieldOpenID, "飞书openid": FieldOpenID, "飞书id": FieldOpenID, "feishuopenid": FieldOpenID,
	"larkopenid": FieldOpenID,

	"工号": FieldEmployeeNo, "员工工号": FieldEmployeeNo, "员工编号": FieldEmployeeNo, "员工号": FieldEmployeeNo,
	"人员编号": FieldEmployeeNo, "职工号": FieldEmployeeNo, "employeeno": FieldEmployeeNo,
	"employeenumber": FieldEmployeeNo, "employeeid": FieldEmployeeNo, "staffid": FieldEmployeeNo,
	"staffno": FieldEmployeeNo, "jobnumber": FieldEmployeeNo, "badgenumber": FieldEmployeeNo,
}

// fieldOf returns the field that a heading names. Letters and digits count, without what stands in brackets: 手机号（必填）*.
func fieldOf(heading string) (Field, bool) {
	if len(heading) > 200 {
		return "", false
	}
	var folded strings.Builder
	depth := 0
	for _, r := range strings.ToLower(heading) {
		switch {
		case strings.ContainsRune("(（[【", r):
			depth++
		case strings.ContainsRune(")）]】", r):
			depth = max(0, depth-1)
		case depth == 0 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			folded.WriteRune(r)
		}
	}
	f, ok := headings[folded.String()]
	return f, ok
}

// maxTitleLines is how many lines a list may have above its headings.
const maxTitleLines = 10

// findHeadings looks for the line of headings among the first lines. The map names the column of each field.
func (t table) findHeadings() (columns map[Field]int, at int, err error) {
	for i, l := range t[:min(len(t), maxTitleLines)] {
		columns = map[Field]int{}
		for column, value := range l.cells {
			f, ok := fieldOf(value)
			if !ok {
				continue
			}
			if _, again := columns[f]; again {
				return nil, 0, &Error{Code: CodeTwoColumns, Line: l.number}
			}
			columns[f] = column
		}
		if len(columns) > 0 {
			return columns, i, nil
		}
	}
	return nil, 0, nil
}
