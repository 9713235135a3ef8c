package bot

import (
	"context"

	larkevent "github.com/larksuite/oapi-sdk-go/v3/event"

	"shiming/flows"
)

// staffPush is contact.user.created_v3, updated_v3 and deleted_v3 (pages "员工入职", "员工信息变更", "员工离职"). It names the
// few fields that the bot needs: the events carry mobile numbers and e-mail addresses as well. A field without its scope
// is missing.
type staffPush struct {
	*larkevent.EventV2Base
	Event *struct {
		Object staffObject `json:"object"`
		// Old has the former values of what has changed. Of a deletion it has open_id and departments only.
		Old staffObject `json:"old_object"`
	} `json:"event"`
}

type staffObject struct {
	OpenID loose  `json:"open_id"`
	Name   *loose `json:"name"`
	Status *struct {
		IsFrozen   *loose `json:"is_frozen"` // 暂停
		IsResigned *loose `json:"is_resigned"`
		IsExited   *loose `json:"is_exited"` // left by the owner; resigned after a while
	} `json:"status"`
	JoinTime loose `json:"join_time"` // seconds
}

// staffJoined handles contact.user.created_v3.
func (e *events) staffJoined(ctx context.Context, in *staffPush) error {
	return e.staff(ctx, in, flows.StaffJoined)
}

// staffChanged handles contact.user.updated_v3. A change of mobile or e-mail comes as another event.
func (e *events) staffChanged(ctx context.Context, in *staffPush) error {
	return e.staff(ctx, in, flows.StaffChanged)
}

// staffLeft handles contact.user.deleted_v3.
func (e *events) staffLeft(ctx context.Context, in *staffPush) error {
	return e.staff(ctx, in, flows.StaffLeft)
}

func (e *events) staff(ctx context.Context, in *staffPush, kind flows.StaffChangeKind) error {
	if in.Event == nil {
		return nil
	}
	object, old := &in.Event.Object, &in.Event.Old
	out := flows.StaffChange{OpenID: string(object.OpenID), Kind: kind}
	if out.OpenID == "" {
		out.OpenID = string(old.OpenID)
	}
	if out.OpenID == "" {
		return nil
	}
	out.EventID, out.TenantKey, out.At = e.header(in.EventV2Base)
	if s := object.Status; s != nil && (s.IsFrozen != nil || s.IsExited != nil) {
		suspended := is(s.IsFrozen) || is(s.IsExited)
		out.Suspended = &suspended
	}
	switch kind {
	case flows.StaffJoined:
		out.JoinsOn = unixTime(string(object.JoinTime))
	case flows.StaffChanged:
		if object.Status != nil && is(object.Status.IsResigned) {
			out.Kind = flows.StaffLeft
		}
		out.Renamed = old.Name != nil && object.Name != nil && *old.Name != *object.Name
	}
	return e.handler.StaffChange(ctx, out)
}

// is returns an optional truth, false for nil.
func is(b *loose) bool { return b != nil && *b == "true" }
