package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"shiming/app"
	"shiming/cards"
	"shiming/config"
	"shiming/doctor"
	"shiming/flows"
)

// privacyRequestCmd carries in requests that people make otherwise than in the chat, such as leavers by letter.
type privacyRequestCmd struct {
	List   requestListCmd   `cmd:"" help:"List open requests with their deadlines; with --who all of a person."`
	Add    requestAddCmd    `cmd:"" help:"Record a request of a person who has no chat, such as a leaver."`
	Answer requestAnswerCmd `cmd:"" help:"End an open request with HR's answer."`
}

// requestCommon is what all commands about requests share.
type requestCommon struct {
	Config string `help:"Configuration file." default:"config.yaml" type:"path"`
	Lang   string `help:"zh or en; by the environment (LANG) if not given." enum:"auto,zh,en" default:"auto"`
}

// open passes the opened database to use.
func (c requestCommon) open(ctx context.Context, use func(*app.Requests, string) error) (err error) {
	cfg, err := config.LoadUnchecked(c.Config, os.Environ())
	if err != nil {
		return err
	}
	r, err := app.OpenRequests(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return use(r, doctor.Language(c.Lang, os.Getenv))
}

// requestBehalf says who acts for the person, and why.
type requestBehalf struct {
	By     string `required:"" help:"open_id of the admin who has met the person; kept in the audit trail."`
	Reason string `required:"" help:"How the person asked and was recognised; kept on record. Name nobody in it."`
}

func (b requestBehalf) onBehalf() app.OnBehalf { return app.OnBehalf{By: b.By, Reason: b.Reason} }

type requestListCmd struct {
	requestCommon
	Who  string `help:"Case id or open_id of a person: all requests of the person."`
	JSON bool   `help:"Print JSON."`
}

func (l *requestListCmd) Run(ctx context.Context) error {
	return l.open(ctx, func(r *app.Requests, lang string) error {
		list, err := r.List(ctx, l.Who)
		if err != nil {
			return err
		}
		if l.JSON {
			return printRequests(list, r.Now())
		}
		switch {
		case len(list) == 0 && l.Who != "":
			fmt.Println(inLanguage(lang, "此人没有提过申请。", "No request of this person."))
		case len(list) == 0:
			fmt.Println(inLanguage(lang, "没有待答复的申请。", "No open request."))
		}
		for _, q := range list {
			fmt.Println(requestLine(q, r.Now(), lang))
		}
		return nil
	})
}

// requestLine is a request without its texts.
func requestLine(q *flows.DataRequest, now time.Time, lang string) string {
	line := fmt.Sprintf(inLanguage(lang, "%s  %s  %s  %s  最晚 %s", "%s  %s  %s  %s  due %s"), q.ID, q.OpenID,
		cards.CodeText("request", string(q.Kind), lang), cards.CodeText("request_state", string(q.State), lang),
		app.DueDay(q))
	if q.IsOverdue(now) {
		line += inLanguage(lang, "  已超期", "  overdue")
	}
	return line
}

// printRequests prints the requests without their texts.
func printRequests(list []*flows.DataRequest, now time.Time) error {
	type row struct {
		ID      string    `json:"id"`
		Tenant  string    `json:"tenant"`
		OpenID  string    `json:"open_id"`
		Case    string    `json:"case_id"`
		Kind    string    `json:"kind"`
		State   string    `json:"state"`
		AskedAt time.Time `json:"asked_at"`
		DueAt   time.Time `json:"due_at"`
		Overdue bool      `json:"overdue"`
		EndedAt time.Time `json:"ended_at,omitzero"`
		EndedBy string    `json:"ended_by,omitempty"`
	}
	out := []row{}
	for _, q := range list {
		out = append(out, row{q.ID, q.TenantKey, q.OpenID, q.CaseID, string(q.Kind), string(q.State), q.AskedAt, q.DueAt,
			q.IsOverdue(now), q.EndedAt, q.EndedBy})
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(out)
}

type requestAddCmd struct {
	requestCommon
	requestBehalf
	Who       string `arg:"" help:"Case id, or open_id of the person."`
	Kind      string `required:"" enum:"copy,correct,object,delete" help:"copy, correct, object or delete."`
	WordsFile string `help:"File with the words of a correction or an objection; - is the standard input." type:"path"`
}

func (a *requestAddCmd) Run(ctx context.Context) error {
	words, err := textOf(a.WordsFile)
	if err != nil {
		return err
	}
	return a.open(ctx, func(r *app.Requests, lang string) error {
		q, err := r.Add(ctx, a.Who, flows.RequestKind(a.Kind), words, a.onBehalf())
		if err != nil {
			return err
		}
		fmt.Println(requestLine(q, r.Now(), lang))
		switch q.Kind {
		case flows.RequestCopy:
			fmt.Printf(inLanguage(lang, "写出副本：shiming privacy copy --request %s --out DIR …\n",
				"To write the copy: shiming privacy copy --request %s --out DIR …\n"), q.ID)
		case flows.RequestDelete:
			fmt.Println(inLanguage(lang, "运行中的机器人会删除；正在写入实名或存证的，等有了结果再删。",
				"The running bot deletes; while an identity or evidence is being written, as soon as that has ended."))
		}
		return nil
	})
}

// textOf reads a text from a file or, for -, from the standard input, so that it stands in no list of processes. kong
// makes an absolute path of a name, and leaves - as it is.
func textOf(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	if file == "-" {
		raw, err := io.ReadAll(os.Stdin)
		return strings.TrimSpace(string(raw)), err
	}
	raw, err := os.ReadFile(file)
	return strings.TrimSpace(string(raw)), err
}

type requestAnswerCmd struct {
	requestCommon
	requestBehalf
	ID         string `arg:"" help:"Id of the request."`
	Fulfilled  bool   `xor:"state" required:"" help:"What was asked for has been done."`
	Declined   bool   `xor:"state" required:"" help:"It will not be done; takes --answer-file."`
	AnswerFile string `help:"File with the answer to the person; - reads the standard input." type:"path"`
}

func (a *requestAnswerCmd) Run(ctx context.Context) error {
	answer, err := textOf(a.AnswerFile)
	if err != nil {
		return err
	}
	state := flows.RequestFulfilled
	if a.Declined {
		state = flows.RequestDeclined
	}
	return a.open(ctx, func(r *app.Requests, lang string) error {
		q, err := r.Answer(ctx, a.ID, state, answer, a.onBehalf())
		if err != nil {
			return err
		}
		fmt.Println(requestLine(q, r.Now(), lang))
		return nil
	})
}

// privacyCopyCmd writes a copy of everything that is kept about a person.
type privacyCopyCmd struct {
	requestCommon
	requestBehalf
	Request string `xor:"who" required:"" help:"Id of an open request for a copy."`
	Who     string `xor:"who" required:"" help:"Case id, or open_id of the person; the request is recorded as well."`
	Out     string `required:"" help:"Directory for the two files; made if there is none." type:"path"`
}

func (c *privacyCopyCmd) Run(ctx context.Context) error {
	return c.open(ctx, func(r *app.Requests, lang string) error {
		written, err := r.Copy(ctx, c.Request, c.Who, c.Out, c.onBehalf())
		for _, name := range written {
			fmt.Println(name)
		}
		if err != nil {
			return err
		}
		fmt.Println(inLanguage(lang, "里面是全部资料，没有打码：交给本人以后，请删掉文件。",
			"Everything is in clear: hand the files to the person, and then delete them."))
		return nil
	})
}
