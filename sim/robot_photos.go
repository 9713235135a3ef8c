package sim

import (
	"context"
	"fmt"
	"slices"

	"shiming/sim/feishu"
)

// maxShots limits how many photos a person sends before giving up.
const maxShots = 16

// sendFirst sends the photos that the script begins with.
func (r *robot) sendFirst(ctx context.Context) error {
	var first []*shot
	err := r.withRenderSlot(ctx, func() (err error) {
		first, err = r.script.firstShots(r.Person)
		return err
	})
	if err != nil {
		return err
	}
	return r.send(ctx, first...)
}

// withRenderSlot runs draw in one of the slots for rendering. Rendering needs much processor time; if all robots
// rendered at once, the first photo would be ready as late as the last.
func (r *robot) withRenderSlot(ctx context.Context, draw func() error) error {
	select {
	case r.w.renderSlots <- struct{}{}:
		defer func() { <-r.w.renderSlots }()
		return draw()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// sendPhotos sends each side that the card does not show as read and of which no photo is pending.
func (r *robot) sendPhotos(ctx context.Context, now screen) error {
	if len(r.shots) == 0 {
		return r.sendFirst(ctx)
	}
	var sides []string
	read := now.readSides()
	for _, side := range []string{SideFront, SideBack} {
		switch {
		case read[side] || r.pending(side):
		case side == SideBack && r.script.OtherPersonsBack && !r.otherSent && !read[SideFront]:
			// The script sends the back after the bot has read the front.
		default:
			sides = append(sides, side)
		}
	}
	if len(sides) == 0 {
		return nil
	}
	if len(r.shots)+len(sides) > maxShots {
		return r.stuck("the photos are turned down again and again")
	}
	var more []*shot
	err := r.withRenderSlot(ctx, func() error {
		var all []taken
		for _, side := range sides {
			all = append(all, r.retake(side))
		}
		var err error
		more, err = shots(all...)
		return err
	})
	if err != nil {
		return err
	}
	return r.send(ctx, more...)
}

// retake takes a new photo of a side.
func (r *robot) retake(side string) taken {
	if side == SideBack && r.script.OtherPersonsBack && !r.otherSent {
		r.otherSent = true
		return take(somebodyElse(r.Person, r.w.cfg.Seed), SideBack, SideBack, r.script.good(SideBack), true)
	}
	return r.script.takeGood(r.Person, side)
}

// pending reports whether a photo of this side was sent and is neither refused nor used.
func (r *robot) pending(side string) bool {
	return slices.ContainsFunc(r.shots, func(s *shot) bool { return s.side == side && !s.consumed })
}

// send sends photos in the format that the script asks for.
func (r *robot) send(ctx context.Context, all ...*shot) error {
	r.shots = append(r.shots, all...)
	defer func() {
		for _, s := range all {
			s.img = nil // Feishu has it
		}
	}()
	if r.script.AsOnePost {
		imgs := make([][]byte, len(all))
		for i, s := range all {
			imgs[i] = s.img
		}
		sent, err := r.w.Feishu.SendPost(ctx, r.OpenID, "身份证照片", imgs...)
		for _, s := range all {
			s.msg = sent.MessageID
		}
		return err
	}
	for i, s := range all {
		var sent feishu.Sent
		var err error
		if r.script.AsFiles {
			sent, err = r.w.Feishu.SendFile(ctx, r.OpenID, fmt.Sprintf("IMG_%04d.jpg", len(r.shots)-len(all)+i+1), s.img)
		} else {
			sent, err = r.w.Feishu.SendImage(ctx, r.OpenID, s.img)
		}
		if err != nil {
			return err
		}
		s.msg = sent.MessageID
	}
	return nil
}

// markRefused marks the photos that the bot has refused. A refusal is a reply to the message of the photo. A person
// who sent a wrong photo on purpose takes any refusal for that photo, whichever one the bot names.
func (r *robot) markRefused(all []screen) {
	for _, s := range all {
		if s.kind != kindProblem || r.problemsHandled[s.msg.ID] {
			continue
		}
		r.problemsHandled[s.msg.ID] = true
		if bad := r.refusedShot(s); bad != nil {
			bad.consumed = true
		}
	}
	if r.stage == StageConfirmation { // all photos are used; a later request needs new ones
		for _, s := range r.shots {
			s.consumed = true
		}
	}
}

func (r *robot) refusedShot(problem screen) *shot {
	var of *shot // photo of the message that the bot replied to
	for _, s := range r.shots {
		switch {
		case s.consumed:
		case s.wrong:
			return s
		case s.msg != problem.msg.ParentID:
		case of == nil:
			of = s
		case s.side == SideBack && problem.mentions("看起来是国徽面"): // two photos in one message
			of = s
		}
	}
	return of
}
