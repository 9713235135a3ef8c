package cards

import "encoding/json"

// Greeting is sent once when somebody opens the chat for the first time, and on 帮助/help.
type Greeting struct {
	HR   bool // also lists the words that HR may use
	Help bool // the answer to 帮助 rather than the first greeting
	Open *Ref // the open case, if any: offers "continue" instead of "start"
}

// JSON introduces the bot, or lists the words that it understands.
func (v Greeting) JSON() json.RawMessage {
	f := frame{title: tr("greeting.title"), mood: moodPlain}
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
		f.elements = append(f.elements,
			button("start", mainButton, Ref{}.act(ActStart)),
			button("my_data", quietButton, Ref{}.act(ActMyData)))
	}
	return f.json()
}
