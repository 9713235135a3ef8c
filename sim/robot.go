package sim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"shiming/sim/feishu"
)

// Progress tells that an employee's card has come to another stage.
type Progress struct {
	OpenID string
	Stage  CardStage
	At     time.Time // when the robot saw it, by the world's clock
}

// StuckError: the employee does not know what to do any more. A bot that works well never makes one happen.
type StuckError struct {
	OpenID string
	Stage  CardStage
	Why    string // never a name or a number
}

func (e *StuckError) Error() string {
	return fmt.Sprintf("sim: employee %s is stuck at %q: %s", e.OpenID, e.Stage, e.Why)
}

// robot is an employee on the way through a registration.
type robot struct {
	*Employee
	s    Script
	tell func(Progress)

	before  map[string]bool // messages that showed the end of an earlier case
	seen    map[string]int  // version of each message that was looked at
	treated map[string]int  // version of each message that was reacted to
	stage   CardStage
	entered bool // the first move was made

	shots     []*shot
	struck    map[string]bool // replies to photos that were taken note of
	otherSent bool

	wrote     map[string]string // what the robot typed wrong on purpose, by field
	confirms  int
	misread   []string
	typedCode map[string]int  // how often the code of a text message was typed rightly, by its serial
	tried     map[string]bool // text messages whose code was typed, rightly or not
	erred     bool            // the wrong code was typed
	codesFrom int             // text messages that were in the phone before
	impatient bool            // no text message has come for long
}

// Register goes the whole way as a person would and returns when it has ended, whichever way, or with an error: of
// ctx, a
// *StuckError or a *BotError. The journey is filled in either case. tell may be nil; it is called from this goroutine.
func (e *Employee) Register(ctx context.Context, s Script, tell func(Progress)) (Journey, error) {
	r := &robot{
		Employee:  e,
		s:         s,
		tell:      tell,
		before:    map[string]bool{},
		seen:      map[string]int{},
		treated:   map[string]int{},
		struck:    map[string]bool{},
		wrote:     map[string]string{},
		typedCode: map[string]int{},
		tried:     map[string]bool{},
		codesFrom: len(e.w.Tencent.Inbox(e.Person.Mobile)),
	}
	for _, m := range e.w.Feishu.Messages(e.ChatID) {
		if s := read(m); s.stage.Ended() {
			r.before[m.ID] = true
		}
	}
	err := r.walk(ctx)
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("sim: employee %s at %q: %w", e.OpenID, r.stage, err)
	}
	j := e.w.Journey(e.OpenID)
	j.Misread = r.misread
	return j, err
}

func (r *robot) walk(ctx context.Context) error {
	if err := r.arrive(ctx); err != nil {
		return err
	}
	for {
		now, all := r.look()
		r.reached(now.stage)
		r.noteProblems(all)
		if now.stage.Ended() {
			return nil
		}
		err := r.act(ctx, now)
		if errors.Is(err, errStale) {
			continue
		}
		if err != nil {
			return err
		}
		if err := r.wait(ctx, now); err != nil {
			return err
		}
	}
}

// reached notes the stage. Between two cards of a case there may be a moment without any.
func (r *robot) reached(s CardStage) {
	if s == r.stage || s == StageNone {
		return
	}
	r.stage = s
	if r.tell != nil {
		r.tell(Progress{OpenID: r.OpenID, Stage: s, At: r.w.cfg.Now()})
	}
}

// arrive opens the chat and makes the first move.
func (r *robot) arrive(ctx context.Context) error {
	now, _ := r.look()
	known := len(r.seen) > 0
	if _, err := r.w.Feishu.EnterP2P(ctx, r.OpenID); err != nil {
		return err
	}
	switch {
	case r.s.PhotosFirst:
		return r.sendFirst(ctx)
	case r.s.ByWord, known && now.kind == kindOther: // who was greeted before gets no button to press
		_, err := r.w.Feishu.SendText(ctx, r.OpenID, "实名")
		return err
	}
	return nil
}

// look reads the chat: where the case stands, and everything that is there, newest first. While there is no card of the
// case, an offer to start or to go on stands for it.
func (r *robot) look() (now screen, all []screen) {
	for _, m := range slices.Backward(r.w.Feishu.Messages(r.ChatID)) {
		r.seen[m.ID] = version(m)
		if m.FromBot && !r.before[m.ID] {
			all = append(all, read(m))
		}
	}
	for _, want := range []kind{kindCase, kindOffer, kindResume} {
		for _, s := range all {
			if s.kind == want {
				return s, all
			}
		}
	}
	return screen{card: &feishu.Card{}}, all
}

// version counts the changes of a message, so that two equal versions are the same sight.
func version(m feishu.Message) int {
	v := 2*m.Edits + 2
	if m.Recalled {
		v++
	}
	return v
}

// act reacts to what the card shows, once to each version of it.
func (r *robot) act(ctx context.Context, now screen) error {
	switch now.stage {
	case StagePhotos:
		if r.s.CancelAt != StagePhotos {
			return r.sendPhotos(ctx, now) // what is missing does not depend on the card alone
		}
	case StageCode:
		if r.s.CancelAt != StageCode {
			return r.code(ctx, now) // nor does the code, which comes to the phone
		}
	}
	if r.treated[now.msg.ID] == version(now.msg) {
		return nil
	}
	r.treated[now.msg.ID] = version(now.msg)
	if now.kind == kindCase && now.stage == r.s.CancelAt {
		return r.cancel(ctx, now)
	}
	switch {
	case now.kind == kindOffer && !r.s.PhotosFirst && !r.s.ByWord && !r.entered:
		r.entered = true
		return r.pressAct(ctx, now, actStart, nil)
	case now.kind == kindResume:
		return r.pressAct(ctx, now, actResume, nil)
	case now.stage == StageConsent && r.s.DeclineConsent:
		return r.pressAct(ctx, now, actDecline, nil)
	case now.stage == StageConsent:
		return r.pressAct(ctx, now, actConsent, nil)
	case now.stage == StageConfirmation:
		return r.confirm(ctx, now)
	}
	return nil // somebody else's turn
}

// cancel ends the case by the card's button, or by word where it has none.
func (r *robot) cancel(ctx context.Context, now screen) error {
	if now.acts[actCancel] {
		return r.pressAct(ctx, now, actCancel, nil)
	}
	_, err := r.w.Feishu.SendText(ctx, r.OpenID, "取消")
	return err
}

func (r *robot) pressAct(ctx context.Context, s screen, act string, form map[string]any) error {
	_, err := r.w.press(ctx, r.OpenID, s, feishu.ByAct(act), act, form)
	return err
}

// wait sleeps until the bot does something in the chat or, at the code, the phone buzzes or patience ends.
func (r *robot) wait(ctx context.Context, now screen) error {
	inner, wake := context.WithCancel(ctx)
	defer wake()
	if now.stage == StageCode {
		stop := r.listen(inner, now, wake)
		defer stop()
	}
	_, err := r.w.Feishu.Watch(inner, r.ChatID, func(m feishu.Message) bool {
		return m.FromBot && r.seen[m.ID] != version(m)
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if inner.Err() != nil {
		return nil
	}
	return err
}

func (r *robot) stuck(why string) error {
	return &StuckError{OpenID: r.OpenID, Stage: r.stage, Why: why}
}
