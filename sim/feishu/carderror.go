package feishu

import (
	"errors"
	"fmt"
	"regexp"
)

// CardError is one fault of a card. Code is the platform's code: 230025 for the size, otherwise the sub-code inside
// 230099 (发送消息, 子错误码). Path leads to the fault, in the form "body.elements[0].text".
type CardError struct {
	Code int
	Path string
	Msg  string
}

func (e *CardError) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("card: %d: %s", e.Code, e.Msg)
	}
	return fmt.Sprintf("card: %d: %s: %s", e.Code, e.Path, e.Msg)
}

// Sub-codes of 230099 that the simulator uses. Faults without a code of their own are parse errors.
const (
	codeTooLong     = 230025
	codeElements    = 11310
	codeBadUser     = 100290
	codeNoTemplate  = 200380
	codeFormName    = 200530
	codeChart       = 200550
	codeBadImage    = 200570
	codeParse       = 200621
	codeOldTag      = 200861
	codeTableRows   = 200914
	codeTableColumn = 200915
)

// cardRefused returns the answer of the message APIs for the first fault of a card.
func cardRefused(e *CardError) *apiError {
	if e.Code == codeTooLong {
		return refuse(400, codeTooLong, "The length of the message content reaches its limit.")
	}
	path := ""
	if e.Path != "" {
		path = "ErrPath: ROOT -> " + e.Path + "; "
	}
	return refuse(400, 230099, "Failed to create card content, ext=ErrCode: %d; %sErrMsg: %s; ErrorValue: ",
		e.Code, path, e.Msg)
}

// checkCard validates a card of the bot: its form, and whether its pictures and people exist. The caller holds the
// lock.
func (s *Server) checkCard(card []byte) *apiError {
	if errs := s.cardFaults(card); len(errs) > 0 {
		var ce *CardError
		if !errors.As(errs[0], &ce) {
			ce = &CardError{Code: codeParse, Msg: errs[0].Error()}
		}
		return cardRefused(ce)
	}
	return nil
}

var atTag = regexp.MustCompile(`<(?:at|person)\s+[^>]*?id\s*=\s*['"]?([A-Za-z0-9_-]+)`)

func (s *Server) cardFaults(card []byte) []error {
	c, errs := parseValid(card)
	if len(errs) > 0 {
		return errs
	}
	known := func(id string) bool {
		return id == "all" || s.users[id] != nil || s.resolveUser("union_id", id) != nil ||
			s.resolveUser("user_id", id) != nil
	}
	c.each(func(o map[string]any) {
		for _, key := range []string{"img_key", "i18n_img_key"} {
			for _, k := range stringsIn(o[key]) {
				if !s.ownResource(k, "image") {
					errs = append(errs, &CardError{Code: codeBadImage, Msg: "card contains invalid image keys"})
				}
			}
		}
		var ids, shown []string
		switch o["tag"] {
		case "person", "avatar":
			shown = stringsIn(o["user_id"])
		case "markdown", "lark_md":
			for _, text := range append(stringsIn(o["content"]), stringsIn(o["i18n_content"])...) {
				for _, m := range atTag.FindAllStringSubmatch(text, -1) {
					ids = append(ids, m[1])
				}
			}
		case "button":
			if s.behaviour.RefuseIdleConfirm && o["confirm"] != nil && o["form_action_type"] != "submit" {
				errs = append(errs, &CardError{Code: codeParse, Msg: "confirm on a button that submits no form"})
			}
		case "person_list":
			for _, p := range list(o["persons"]) {
				if !yes(o["drop_invalid_user_id"]) {
					shown = append(shown, stringsIn(object(p)["id"])...)
				}
			}
		}
		for _, id := range shown {
			if s.invalidPerson(id) {
				errs = append(errs, &CardError{Code: codeBadUser, Msg: "There is an invalid user resource(at/person) in your card"})
			}
		}
		for _, id := range ids {
			if !known(id) {
				errs = append(errs, &CardError{Code: codeBadUser, Msg: "There is an invalid user resource(at/person) in your card"})
			}
		}
	})
	return errs
}

// stringsIn returns a string, or the string values of an object.
func stringsIn(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case map[string]any:
		var out []string
		for _, x := range v {
			if s, ok := x.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}
