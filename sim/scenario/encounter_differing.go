package scenario

import (
	"strconv"

	"shiming/sim"
	"shiming/sim/esign"
	"shiming/sim/feishu"
	"shiming/sim/wire"
)

// differences are shapes that no page shows. A registration goes through all the same, and the bot notes what differs.
var differences = []Encounter{
	differing("more_fields", Text{"平台的回答和事件里多了文档没写的字段", "answers and events carry fields that no page names"},
		differs{
			answers: map[call]map[string]any{
				{feishuName, "message.create"}:     {"data.sim_priority": "high"},
				{feishuName, "id_card.recognize"}:  {"data.id_card.sim_quality": 0.9},
				{feishuName, "identities.create"}:  {"data.sim_level": 2},
				{tencentName, "PhoneVerification"}: {"Response.SimScore": "99"},
				{esignName, esign.OpFileStatus}:    {"data.simPages": 1},
				{esignName, esign.OpPersonPoint}:   {"data.simChain": "C1"},
				{esignName, esign.OpPut}:           {"simEtag": "x"},
				{tencentName, "SendSms"}:           {"Response.SendStatusSet.SimRoute": "a"},
				{feishuName, "token"}:              {"sim_kind": "tenant"},
			},
			events: map[string]map[string]any{
				"im.message.receive_v1": {"event.message.sim_folded": false},
				"card.action.trigger":   {"event.context.sim_pane": "main"},
			},
		}),
	differing("fields_missing", Text{"平台的回答和事件里少了文档写明的字段", "answers and events lack fields that their pages show"},
		differs{
			answers: map[call]map[string]any{
				{feishuName, "id_card.recognize"}:  {"data.id_card.conners": nil},
				{tencentName, "PhoneVerification"}: {"Response.Isp": nil},
				{esignName, esign.OpFileStatus}:    {"data.fileId": nil},
			},
			events: map[string]map[string]any{"im.message.receive_v1": {"event.sender.tenant_key": nil}},
		}),
	differing("other_types", Text{"平台把文档里的数字写成文字、文字写成数字", "numbers of a page come as text, and text as numbers"},
		differs{
			answers: map[call]map[string]any{
				{feishuName, "message.create"}:     {"data.deleted": "false"},
				{tencentName, "PhoneVerification"}: {"Response.ResultDetail": 0},
				{esignName, esign.OpFileStatus}:    {"data.fileTotalPageCount": "1"},
			},
			events: map[string]map[string]any{"im.message.receive_v1": {"event.message.create_time": wire.Change(asNumber)}},
		}),
	differing("other_units", Text{"平台的时间换了单位", "the platforms' times are in other units"},
		differs{
			answers: map[call]map[string]any{{feishuName, "token"}: {"expire": wire.Change(thousandfold)}},
			events: map[string]map[string]any{
				"im.message.receive_v1": {"event.message.create_time": wire.Change(inSeconds)},
			},
		}),
}

// differing returns a row whose shape stays until the registration has ended.
func differing(name string, text Text, d differs) Encounter {
	e := shape(name, text, d.in)
	e.Moves = append(e.Moves, sees(sim.StageDone))
	return e
}

type call struct{ upstream, operation string }

// differs is how answers, by call, and events, by type, differ from their pages: by dotted paths, see wire.Alter.
type differs struct {
	answers map[call]map[string]any
	events  map[string]map[string]any
}

// in changes the world.
func (d differs) in(w *sim.World) (undo func()) {
	var ids []int
	for c, set := range d.answers {
		ids = append(ids, w.Faults.Arm(wire.Fault{
			Upstream:  c.upstream,
			Operation: c.operation,
			Kind:      wire.Altered,
			Set:       set,
		}))
	}
	w.Feishu.Set(func(k *feishu.Behaviour) { k.AlterEvents = d.events })
	return func() {
		for _, id := range ids {
			w.Faults.Disarm(id)
		}
		w.Feishu.Set(func(k *feishu.Behaviour) { k.AlterEvents = nil })
	}
}

func asNumber(old any) any {
	n, err := strconv.ParseFloat(old.(string), 64)
	if err != nil {
		return old
	}
	return n
}

func inSeconds(old any) any {
	n, err := strconv.ParseInt(old.(string), 10, 64)
	if err != nil {
		return old
	}
	return strconv.FormatInt(n/1000, 10)
}

func thousandfold(old any) any { return old.(float64) * 1000 }
