package feishu

import (
	"encoding/json"
	"regexp"
	"time"

	"shiming/sim/wire"
)

const (
	maxText = 150 << 10 // bytes of a text message
	maxCard = 30 << 10  // bytes of the request body with a card or a rich text
)

type uuidEntry struct {
	at  time.Time
	msg *message
}

type outgoing struct {
	ReceiveID string `json:"receive_id"`
	MsgType   string `json:"msg_type"`
	Content   string `json:"content"`
	UUID      string `json:"uuid"`
}

// createMessage is 发送消息 (im/v1/messages).
func (s *Server) createMessage(c *call) (any, *apiError) {
	var in outgoing
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	wire.About(c.r, in.UUID)
	idType := c.query("receive_id_type")
	switch idType {
	case "open_id", "union_id", "user_id", "email", "chat_id":
	default:
		return nil, invalidField("receive_id_type", "the value must be one of open_id, union_id, user_id, email, chat_id")
	}
	if in.ReceiveID == "" {
		return nil, invalidField("receive_id", "receive_id is required")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if idType == "user_id" {
		if err := s.checkScopes([]string{"contact:user.employee_id:readonly"}); err != nil {
			return nil, err
		}
	}
	if m := s.sentBefore(in.UUID, c.now); m != nil {
		return s.describe(m), nil
	}
	ch, err := s.receiver(idType, in.ReceiveID)
	if err != nil {
		return nil, err
	}
	return s.send(c, ch, "", in)
}

// replyMessage is 回复消息. The reply goes to the chat of the original message.
func (s *Server) replyMessage(c *call) (any, *apiError) {
	var in outgoing
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.sentBefore(in.UUID, c.now); m != nil {
		return s.describe(m), nil
	}
	parent, err := s.findMessage(c.params["message_id"])
	if err != nil {
		return nil, err
	}
	if parent.Recalled {
		return nil, refuse(400, 230011, "The message was recalled.")
	}
	if err := s.reachable(parent.chat); err != nil {
		return nil, err
	}
	return s.send(c, parent.chat, parent.ID, in)
}

// sentBefore returns the message that was sent with this uuid during the last hour. A uuid sends at most one message; a
// second call returns the first message.
func (s *Server) sentBefore(uuid string, now time.Time) *message {
	e, ok := s.uuids[uuid]
	if uuid == "" || !ok {
		return nil
	}
	if now.Sub(e.at) >= time.Hour {
		delete(s.uuids, uuid)
		return nil
	}
	return e.msg
}

// receiver returns the chat for a message to this id.
func (s *Server) receiver(idType, id string) (*chat, *apiError) {
	if idType == "chat_id" {
		ch := s.chats[id]
		if ch == nil {
			return nil, refuse(400, 230034, "The receive_id is invalid.")
		}
		return ch, s.reachable(ch)
	}
	u := s.resolveUser(idType, id)
	if u == nil {
		if idType == "open_id" {
			return nil, refuse(400, 99992351, "The open_id you provided is not correct or belongs to nobody.")
		}
		return nil, refuse(400, 230034, "The receive_id is invalid.")
	}
	if err := s.writable(u); err != nil {
		return nil, err
	}
	return s.p2pChat(u.OpenID), nil
}

// reachable returns why the bot cannot write to a chat.
func (s *Server) reachable(ch *chat) *apiError {
	switch {
	case s.behaviour.BotOff:
		return refuse(400, 230006, "Bot ability is not activated.")
	case ch.gone:
		return refuse(400, 232009, "Your request specifies a chat which has already been dissolved.")
	case !ch.botIn:
		return refuse(400, 230002, "The bot can not be outside the group.")
	case ch.p2p:
		return s.writable(s.users[ch.members[0]])
	}
	return nil
}

func (s *Server) writable(u *User) *apiError {
	switch {
	case s.behaviour.BotOff:
		return refuse(400, 230006, "Bot ability is not activated.")
	case u == nil || u.Outside:
		return refuse(400, 230013, "Bot has NO availability to this user.")
	case u.Resigned:
		return refuse(400, 230029, "User has resigned.")
	case u.Stopped:
		return refuse(400, 230053, "The user has stopped the bot from sending messages.")
	}
	return nil
}

func (s *Server) send(c *call, ch *chat, parent string, in outgoing) (any, *apiError) {
	if len([]rune(in.UUID)) > 50 {
		return nil, refuse(400, 230001,
			"Your request contains an invalid request parameter, ext=uuid is longer than 50 characters")
	}
	if err := s.checkContent(in.MsgType, in.Content); err != nil {
		return nil, err
	}
	if err := s.messageLimit("to:"+ch.id, c.now); err != nil {
		return nil, err
	}
	m := &message{Message: Message{
		Type:     in.MsgType,
		Content:  in.Content,
		Sender:   s.cfg.AppID,
		FromBot:  true,
		ParentID: parent,
	}}
	if in.MsgType == "file" {
		var sent struct {
			FileKey string `json:"file_key"`
		}
		if json.Unmarshal([]byte(in.Content), &sent) == nil { // checkContent has read it already
			m.Content, m.keys = s.fileContent(sent.FileKey), []string{sent.FileKey}
		}
	}
	s.post(ch, m, c.now)
	if in.UUID != "" {
		s.uuids[in.UUID] = uuidEntry{c.now, m}
	}
	return s.describe(m), nil
}

var plainContact = regexp.MustCompile(`(^|[^0-9])1[3-9][0-9]{9}([^0-9]|$)|[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z]{2,}`)

// checkContent applies the rules of 发送消息内容 to a message of the bot.
func (s *Server) checkContent(msgType, content string) *apiError {
	bad := func(why string) *apiError {
		return refuse(400, 230001, "Your request contains an invalid request parameter, ext=%s", why)
	}
	limit := maxCard
	if msgType == "text" {
		limit = maxText
	}
	if requestBytes(content) > limit {
		return refuse(400, 230025, "The length of the message content reaches its limit.")
	}
	if content == "" {
		return bad("content is empty")
	}
	if s.behaviour.DLP && plainContact.MatchString(content) {
		return refuse(400, 230028, "The messages do NOT pass the audit.")
	}
	var body struct {
		Text     string `json:"text"`
		ImageKey string `json:"image_key"`
		FileKey  string `json:"file_key"`
	}
	switch msgType {
	case "interactive":
		return s.checkCard([]byte(content))
	case "text", "image", "file", "post":
		if json.Unmarshal([]byte(content), &body) != nil {
			return bad("content is not in JSON format")
		}
	case "audio", "media", "sticker", "share_chat", "share_user", "system":
		return bad("the simulator does not send this msg_type")
	default:
		return bad("invalid msg_type")
	}
	switch {
	case msgType == "text" && body.Text == "":
		return bad("text is empty")
	case msgType == "image" && !s.ownResource(body.ImageKey, "image"), msgType == "file" &&
		!s.ownResource(body.FileKey, "file"):
		return refuse(400, 230017, "Bot is NOT the owner of the resource.")
	case msgType == "file" && (s.resources[body.FileKey].sort == "opus" || s.resources[body.FileKey].sort == "mp4"):
		return refuse(400, 230055, "The type of file upload does not match the type of message being sent.")
	}
	return nil
}

// findMessage returns a message that the bot can see.
func (s *Server) findMessage(id string) (*message, *apiError) {
	if len(id) < 4 || id[:3] != "om_" {
		return nil, refuse(400, 99992354, "The message_id you provided is not in the right form.")
	}
	m := s.messages[id]
	if m == nil {
		return nil, refuse(400, 230001, "Your request contains an invalid request parameter, ext=invalid message_id")
	}
	return m, nil
}
