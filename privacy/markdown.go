package privacy

import "strings"

// The tables of the pages, by the name of their markers: <!-- NAME:begin -->.
const (
	TableData       = "data"
	TableViewers    = "viewers"
	TableRecipients = "recipients"
)

// Tables lists them.
var Tables = []string{TableData, TableViewers, TableRecipients}

// heads are the first rows of the tables.
var heads = map[string][]Words{
	TableData:       {{"内容", "data"}, {"怎么存", "how"}, {"留到什么时候", "until"}},
	TableViewers:    {{"谁", "who"}, {"看到什么", "what"}},
	TableRecipients: {{"接收方", "recipient"}, {"内容", "what"}, {"什么时候", "when"}, {"为什么", "why"}},
}

// Markdown returns a table in Chinese and in English. value writes the value of a setting.
func Markdown(name string, value func(setting string) Words) Words {
	rows := [][]Words{heads[name]}
	switch name {
	case TableData:
		for _, f := range table.Data {
			rows = append(rows, []Words{f.What, f.How, f.Until})
		}
	case TableViewers:
		for _, v := range table.Viewers {
			rows = append(rows, []Words{v.Who, v.What})
		}
	case TableRecipients:
		for _, r := range table.Recipients {
			rows = append(rows, []Words{r.Who, r.What, r.When, r.Why})
		}
	}
	var zh, en strings.Builder
	for i, row := range rows {
		for _, cell := range row {
			filled := cell.Fill(value)
			zh.WriteString("| " + filled.ZH + " ")
			en.WriteString("| " + filled.EN + " ")
		}
		zh.WriteString("|\n")
		en.WriteString("|\n")
		if i == 0 {
			line := strings.Repeat("|---", len(row)) + "|\n"
			zh.WriteString(line)
			en.WriteString(line)
		}
	}
	return Words{zh.String(), en.String()}
}
