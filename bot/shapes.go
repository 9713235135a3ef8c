package bot

import (
	larkcallback "github.com/larksuite/oapi-sdk-go/v3/event/dispatcher/callback"
	larkauthen "github.com/larksuite/oapi-sdk-go/v3/service/authen/v1"
	larkcontact "github.com/larksuite/oapi-sdk-go/v3/service/contact/v3"
	larkdocument "github.com/larksuite/oapi-sdk-go/v3/service/document_ai/v1"
	larkim "github.com/larksuite/oapi-sdk-go/v3/service/im/v1"

	"shiming/shape"
)

// Operations of a case, as in the SDK: service.resource.method.
const (
	opSend     = "im.message.create"
	opReply    = "im.message.reply"
	opPatch    = "im.message.patch"
	opRecall   = "im.message.delete"
	opUrgent   = "im.message.urgent_app"
	opImage    = "im.image.create"
	opFile     = "im.file.create"
	opChat     = "im.chat.get"
	opMembers  = "im.chat_members.get"
	opIsInChat = "im.chat_members.is_in_chat"
	opReadCard = "document_ai.id_card.recognize"

	opReadHKMPermit = "document_ai.hkm_mainland_travel_permit.recognize"
	opReadTWPermit  = "document_ai.tw_mainland_travel_permit.recognize"
	opReadPassport  = "document_ai.chinese_passport.recognize"

	opIdentity = "human_authentication.identity.create"
	opContact  = "contact.user.get"
	opBotInfo  = "bot.info.get"

	opDepartment = "contact.department.get"

	opChildren         = "contact.department.children"
	opFindByDepartment = "contact.user.find_by_department"
	opFindPeople       = "contact.user.batch_get_id"
	opPeople           = "contact.user.batch"
	opRange            = "contact.scope.list"
	opChats            = "im.chat.list"

	opUserToken = "authen.oauth.token"
	opUserInfo  = "authen.user_info.get"
)

// The published shapes of what Feishu sends. The structs of the SDK are generated from the pages; what the pages say
// beyond them, units and fields that are always there, stands here.

// answers has the shape of a successful answer for each operation that a case needs.
var answers = map[string]*shape.Shape{
	opToken:         tokenAnswer("tenant_access_token"),
	opAppToken:      tokenAnswer("app_access_token"),
	opEndpoint:      answer(shape.Object(shape.Fields{"URL": shape.Needed(shape.Text), "ClientConfig": socketSettings})),
	opBotInfo:       botAnswer,
	opReadCard:      answer(shape.Object(shape.Fields{"id_card": cardRead})),
	opReadHKMPermit: documentAnswer[larkdocument.HkmMainlandTravelPermitEntity]("hkm_mainland_travel_permit"),
	opReadTWPermit:  documentAnswer[larkdocument.TwMainlandTravelPermitEntity]("tw_mainland_travel_permit"),
	opReadPassport:  documentAnswer[larkdocument.ChinesePassportEntity]("chinese_passport"),
	opIdentity:      answer(shape.Object(shape.Fields{"verify_uid": shape.Needed(shape.Text)})),
	opContact:       answer(shape.Object(shape.Fields{"user": shape.Of[larkcontact.User](nil)})),
	opDepartment:    answer(shape.Object(shape.Fields{"department": shape.Of[larkcontact.Department](nil)})),
	opChat:          answer(shape.Of[larkim.GetChatRespData](nil)),
	opMembers:       answer(shape.Of[larkim.GetChatMembersRespData](nil)),
	opImage:         answer(shape.Object(shape.Fields{"image_key": shape.Needed(shape.Text)})),
	opFile:          answer(shape.Object(shape.Fields{"file_key": shape.Needed(shape.Text)})),
	opSend:          answer(messageSent),
	opReply:         answer(messageSent),
	opPatch:         answer(shape.Any),
	opRecall:        answer(shape.Any),
	opUrgent:        answer(shape.Of[larkim.UrgentAppMessageRespData](nil)),
	opIsInChat:      answer(shape.Of[larkim.IsInChatChatMembersRespData](nil)),
	opResendTicket:  answer(shape.Any),

	opChildren:         answer(shape.Of[larkcontact.ChildrenDepartmentRespData](nil)),
	opFindByDepartment: answer(shape.Of[larkcontact.FindByDepartmentUserRespData](nil)),
	opFindPeople:       answer(shape.Of[larkcontact.BatchGetIdUserRespData](nil)),
	opPeople:           answer(shape.Of[larkcontact.BatchUserRespData](nil)),
	opRange:            answer(shape.Of[larkcontact.ListScopeRespData](nil)),
	opChats:            answer(shape.Of[larkim.ListChatRespData](nil)),

	opUserToken: userTokenAnswer,
	opUserInfo: answer(shape.Of[larkauthen.GetUserInfoRespData](shape.Fields{
		"open_id":    shape.Needed(shape.Text),
		"tenant_key": shape.Needed(shape.Text),
	})),
}

// answer is the envelope of a successful answer.
func answer(data *shape.Shape) *shape.Shape {
	return shape.Object(shape.Fields{"code": shape.Needed(shape.Number), "msg": shape.Text, "data": data})
}

// documentAnswer is the answer of the OCR for a document without a resident number. Entity is the SDK's struct of a
// field.
func documentAnswer[Entity any](key string) *shape.Shape {
	read := shape.Object(shape.Fields{"entities": shape.Needed(shape.List(shape.Of[Entity](entityFields)))})
	return answer(shape.Object(shape.Fields{key: shape.Needed(read)}))
}

// tokenAnswer is the answer of the token APIs, which has no data object. The answer of one may carry the other token.
func tokenAnswer(token string) *shape.Shape {
	fields := shape.Fields{
		"code":                shape.Needed(shape.Number),
		"msg":                 shape.Text,
		"app_access_token":    shape.Text,
		"tenant_access_token": shape.Text,
		"expire":              shape.Needed(shape.Lifetime),
	}
	fields[token] = shape.Needed(shape.Text)
	return shape.Object(fields)
}

var (
	// entityFields are those of a field that the OCR read.
	entityFields = shape.Fields{"type": shape.Needed(shape.Text), "value": shape.Needed(shape.Text)}
	// userTokenAnswer has neither msg nor data (page "获取 user_access_token").
	userTokenAnswer = shape.Object(shape.Fields{
		"code":                     shape.Needed(shape.Number),
		"access_token":             shape.Needed(shape.Text),
		"expires_in":               shape.Needed(shape.Lifetime),
		"token_type":               shape.Text,
		"scope":                    shape.Text,
		"refresh_token":            shape.Text,
		"refresh_token_expires_in": shape.Number,
	})
	botAnswer = shape.Object(shape.Fields{
		"code": shape.Needed(shape.Number),
		"msg":  shape.Text,
		"bot": shape.Needed(shape.Object(shape.Fields{
			"activate_status": shape.Needed(shape.Number),
			"app_name":        shape.Text,
			"avatar_url":      shape.Text,
			"ip_white_list":   shape.List(shape.Text),
			"open_id":         shape.Needed(shape.Text),
		})),
	})
	socketSettings = shape.Object(shape.Fields{
		"ReconnectCount":    shape.Number,
		"ReconnectInterval": shape.Number,
		"ReconnectNonce":    shape.Number,
		"PingInterval":      shape.Number,
	})
	cardRead = shape.Needed(shape.Of[larkdocument.IdCard](shape.Fields{
		"entities": shape.Needed(shape.List(shape.Of[larkdocument.IdEntity](entityFields))),
		"side":     shape.Needed(shape.Number),
		"conners":  shape.Needed(shape.List(shape.Number)),
	}))
	messageSent = shape.Of[larkim.Message](shape.Fields{
		"message_id":  shape.Needed(shape.Text),
		"create_time": shape.Millis,
		"update_time": shape.Millis,
	})
)

// pushShapes has the shape of each event.
var pushShapes = map[string]*shape.Shape{
	eventMessage: event(shape.Millis, shape.Fields{
		"sender": shape.Needed(shape.Of[larkim.EventSender](shape.Fields{
			"sender_id":   shape.Needed(shape.Of[larkim.UserId](shape.Fields{"open_id": shape.Needed(shape.Text)})),
			"sender_type": shape.Needed(shape.Text),
			"tenant_key":  shape.Needed(shape.Text),
		})),
		"message": shape.Needed(shape.Of[larkim.EventMessage](shape.Fields{
			"message_id":   shape.Needed(shape.Text),
			"create_time":  shape.Needed(shape.Millis),
			"update_time":  shape.Millis,
			"chat_id":      shape.Needed(shape.Text),
			"chat_type":    shape.Needed(shape.Text),
			"message_type": shape.Needed(shape.Text),
			"content":      shape.Needed(shape.Text),
		})),
	}),
	eventRecalled: event(shape.Millis, shape.Fields{
		"message_id":  shape.Needed(shape.Text),
		"chat_id":     shape.Text,
		"recall_time": shape.Millis,
		"recall_type": shape.Text,
	}),
	eventRead: event(shape.Millis, shape.Fields{
		"reader": shape.Needed(shape.Of[larkim.EventMessageReader](shape.Fields{
			"reader_id":  person,
			"read_time":  shape.Needed(shape.Millis),
			"tenant_key": shape.Text,
		})),
		"message_id_list": shape.Needed(shape.List(shape.Text)),
	}),
	eventEntered: event(shape.Millis, shape.Fields{
		"chat_id":                  shape.Needed(shape.Text),
		"operator_id":              person,
		"last_message_id":          shape.Text,
		"last_message_create_time": shape.Millis,
	}),
	eventMenu: event(shape.Millis, shape.Fields{
		"operator":  shape.Needed(shape.Object(shape.Fields{"operator_name": shape.Text, "operator_id": person})),
		"event_key": shape.Needed(shape.Text),
		"timestamp": shape.Needed(shape.Seconds),
	}),
	eventStaffJoined: event(shape.Millis, shape.Fields{
		"object":     staffMember,
		"old_object": shape.Of[larkcontact.UserEvent](nil), // on no page; the SDK's neighbours have it
	}),
	eventStaffChanged: event(shape.Millis, shape.Fields{
		"object":     staffMember,
		"old_object": shape.Needed(shape.Of[larkcontact.UserEvent](nil)),
	}),
	eventStaffLeft: event(shape.Millis, shape.Fields{
		"object":     staffMember,
		"old_object": shape.Of[larkcontact.OldUserObject](nil),
	}),
	eventClick: event(shape.Micros, shape.Fields{
		"operator": shape.Needed(shape.Object(shape.Fields{
			"tenant_key": shape.Text,
			"user_id":    shape.Text,
			"union_id":   shape.Text,
			"open_id":    shape.Needed(shape.Text),
		})),
		"token": shape.Text,
		"action": shape.Needed(shape.Of[larkcallback.CallBackAction](shape.Fields{
			// Each button of ours has a value. What else stands in it, and in the form, is ours or the person's.
			"value":      shape.Needed(shape.Open(shape.Fields{"v": shape.Number, "rev": shape.Number})),
			"form_value": shape.Any,
		})),
		"host":          shape.Text,
		"delivery_type": shape.Text,
		"context": shape.Needed(shape.Of[larkcallback.Context](shape.Fields{
			"open_message_id": shape.Needed(shape.Text),
		})),
	}),
}

// person is the ids of a person.
var person = shape.Needed(shape.Of[larkim.UserId](shape.Fields{"open_id": shape.Needed(shape.Text)}))

// staffMember is somebody in an event about the directory. Fields without their scope are missing.
var staffMember = shape.Needed(shape.Of[larkcontact.UserEvent](shape.Fields{
	"open_id":   shape.Needed(shape.Text),
	"join_time": shape.Seconds,
}))

// event is the shape of an event of schema 2.0.
func event(createTime *shape.Shape, fields shape.Fields) *shape.Shape {
	return shape.Object(shape.Fields{
		"schema": shape.Text,
		"header": shape.Needed(shape.Object(shape.Fields{
			"event_id":    shape.Needed(shape.Text),
			"event_type":  shape.Needed(shape.Text),
			"create_time": shape.Needed(createTime),
			"token":       shape.Text,
			"app_id":      shape.Needed(shape.Text),
			"tenant_key":  shape.Needed(shape.Text),
		})),
		"event": shape.Needed(shape.Object(fields)),
	})
}
