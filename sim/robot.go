package sim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"shiming/sim/feishu"
)

// Progress reports that an employee's card shows another stage.
type Progress struct {
	OpenID string
	Stage  CardStage
	At     time.Time // when the robot read the card, by the world's clock
}

// StuckError means that the employee cannot go on. A correct bot never causes it.
type StuckError struct {
	OpenID string
	Stage  CardStage
	Why    string // never a name or a number
}

func (e *StuckError) Error() string {
	return fmt.Sprintf("sim: employee %s is stuck at %q: %s", e.OpenID, e.Stage, e.Why)
}

// robot is an employee during a registration. Its maps of versions have the message id as their key.
type robot struct {
	*Employee
	script     Script
	onProgress func(Progress)

	endedBefore map[string]bool // messages that showed the end of an earlier case
	seen        map[string]int  // version of each message that was read
	handled     map[string]int  // version of each message that was reacted to
	stage       CardStage
	started     bool // the start button was pressed

	documentAsked bool // the button for a photo of the script's document was pressed

	shots           []*shot
	problemsHandled map[string]bool // ids of photo problems that markRefused has handled
	otherSent       bool

	mistakes       map[string]string // deliberate mistakes, by field
	confirms       int
	misread        []string
	correctSubmits map[string]int  // by serial of the text message: how often its code was submitted correctly
	submitted      map[string]bool // serials of text messages whose code was submitted, correctly or not
	typedWrongCode bool            // the wrong code was submitted
	oldMessages    int             // number of text messages from before the registration
	impatient      bool            // no text message has come within Script.SMSPatience
	faces          int             // number of checks by face that were begun
}

// Register goes through the whole registration as a person would. It returns when the case has ended, whatever its
// outcome, or with an error: that of ctx, a *StuckError or a *BotError. It fills in the journey in either case.
// onProgress may be nil; Register calls it from this goroutine.
func (e *Employee) Register(ctx context.Context, s Script, onProgress func(Progress)) (Journey, error) {
	r := &robot{
		Employee:        e,
		script:          s,
		onProgress:      onProgress,
		endedBefore:     map[string]bool{},
		seen:            map[string]int{},
		handled:         map[string]int{},
		problemsHandled: map[string]bool{},
		mistakes:        map[string]string{},
		correctSubmits:  map[string]int{},
		submitted:       map[string]bool{},
		oldMessages:     len(e.w.Tencent.Inbox(e.Person.Mobile)),
	}
	for _, m := range e.w.Feishu.Messages(e.ChatID) {
		if s := read(m); s.stage.Ended() {
			r.endedBefore[m.ID] = true
		}
	}
	err := r.run(ctx)
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("sim: employee %s at %q: %w", e.OpenID, r.stage, err)
	}
	j := e.w.Journey(e.OpenID)
	j.Misread = r.misread
	return j, err
}

func (r *robot) run(ctx context.Context) error {
	if err := r.openChat(ctx); err != nil {
		return err
	}
	for {
		now, all := r.readCards()
		r.setStage(now.stage)
		r.markRefused(all)
		if now.stage.Ended() {
			return nil
		}
		err := r.react(ctx, now)
		if errors.Is(err, errStale) {
			continue
		}
		if err != nil {
			return err
		}
		if err := r.waitForChange(ctx, now); err != nil {
			return err
		}
	}
}

// setStage reports a new stage. It ignores StageNone, because between two cards of a case there may be none.
func (r *robot) setStage(s CardStage) {
	if s == r.stage || s == StageNone {
		return
	}
	r.stage = s
	if r.onProgress != nil {
		r.onProgress(Progress{OpenID: r.OpenID, Stage: s, At: r.w.cfg.Now()})
	}
}

// openChat enters the chat and, where the script says so, sends the first message.
func (r *robot) openChat(ctx context.Context) error {
	if r.script.Invited {
		_, err := r.w.Feishu.Watch(ctx, r.ChatID, func(m feishu.Message) bool {
			return m.FromBot && read(m).kind == kindOffer
		})
		return err
	}
	now, _ := r.readCards()
	known := len(r.seen) > 0
	if _, err := r.w.Feishu.EnterP2P(ctx, r.OpenID); err != nil {
		return err
	}
	switch {
	case r.script.PhotosFirst:
		return r.sendFirst(ctx)
	case r.script.ByWord, known && now.kind == kindOther:
		// The bot greets a person only once, so a person who returns has no button to press.
		_, err := r.w.Feishu.SendText(ctx, r.OpenID, "实名")
		return err
	}
	return nil
}

// readCards reads the chat and returns the card to react to, and all cards, newest first. Without a card of a case it
// returns the card that offers to start or to resume.
func (r *robot) readCards() (now screen, all []screen) {
	for _, m := range slices.Backward(r.w.Feishu.Messages(r.ChatID)) {
		r.seen[m.ID] = version(m)
		if m.FromBot && !r.endedBefore[m.ID] {
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

// version numbers the states of a message: it grows with each edit and with the recall.
func version(m feishu.Message) int {
	v := 2*m.Edits + 2
	if m.Recalled {
		v++
	}
	return v
}

// react reacts to the card, once for each version.
func (r *robot) react(ctx context.Context, now screen) error {
	switch now.stage {
	case StagePhotos:
		if r.script.CancelAt == StagePhotos {
			break
		}
		if r.script.Document != "" {
			return r.documentPhotos(ctx, now)
		}
		return r.sendPhotos(ctx, now) // depends on the photos that were sent, too
	case StageCode:
		if r.script.CancelAt != StageCode {
			return r.submitCode(ctx, now) // depends on the text messages, too
		}
	}
	if r.handled[now.msg.ID] == version(now.msg) {
		return nil
	}
	r.handled[now.msg.ID] = version(now.msg)
	if now.kind == kindCase && now.stage == r.script.CancelAt {
		return r.cancel(ctx, now)
	}
	switch {
	case now.kind == kindOffer && !r.script.PhotosFirst && !r.script.ByWord && !r.started:
		r.started = true
		return r.pressAct(ctx, now, actStart, nil)
	case now.kind == kindResume:
		return r.pressAct(ctx, now, actResume, nil)
	case now.stage == StageConsent && r.script.DeclineConsent:
		return r.pressAct(ctx, now, actDecline, nil)
	case now.stage == StageConsent:
		return r.consent(ctx, now)
	case now.stage == StageConfirmation && r.script.Faces && now.offersFace():
		return r.chooseFace(ctx, now)
	case now.stage == StageConfirmation:
		return r.confirm(ctx, now)
	case now.stage == StageFace:
		return r.face(ctx, now)
	case now.stage == StageBankCard:
		return r.bankCard(ctx, now)
	}
	return nil // the bot's turn, or HR's
}

// cancel ends the case by the card's button, or by the word 取消 if it has none.
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

// waitForChange blocks until the bot changes the chat. At StageCode it also ends with a new text message and after
// Script.SMSPatience.
func (r *robot) waitForChange(ctx context.Context, now screen) error {
	inner, wake := context.WithCancel(ctx)
	defer wake()
	if now.stage == StageCode {
		stop := r.watchPhone(inner, now, wake)
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
