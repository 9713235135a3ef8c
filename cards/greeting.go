package cards

import "encoding/json"

// Greeting is sent when a person opens the chat for the first time, and in answer to 帮助.
type Greeting struct {
	HR   bool // also list the commands of HR
	Help bool // the answer to 帮助
	Done bool // the asker is registered
	Open *Ref // the open case, which the card offers to continue; nil: the card offers a start
}

// JSON draws the introduction and the list of commands.
func (v Greeting) JSON() json.RawMessage {
	f := frame{title: tr("greeting.title"), header: headerNeutral}
	if v.Help {
		f.title = tr("greeting.help_title")
	} else {
		f.elements = append(f.elements, line(tr("greeting.text")))
	}
	f.elements = append(f.elements, headline(tr("greeting.words_title")), line(tr("greeting.words")))
	if v.HR {
		f.elements = append(f.elements, headline(tr("greeting.hr_title")), line(tr("greeting.hr_words")))
	}
	if v.Open != nil {
		f.elements = append(f.elements,
			button("resume", mainButton, v.Open.act(ActResume)),
			button("my_data", quietButton, v.Open.act(ActMyData)))
	} else {
		start := button("start", mainButton, Ref{}.act(ActStart))
		if v.Done {
			f.elements = append(f.elements, line(tr("notice.already_done")))
			start = again()
		}
		f.elements = append(f.elements, start, button("my_data", quietButton, Ref{}.act(ActMyData)))
	}
	return f.json()
}
