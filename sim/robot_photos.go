package sim

import (
	"context"
	"fmt"
	"slices"

	"shiming/sim/feishu"
)

// mostShots is how many photos a person takes before giving up.
const mostShots = 16

// sendFirst takes and sends the first photos.
func (r *robot) sendFirst(ctx context.Context) error {
	var first []*shot
	err := r.withCamera(ctx, func() (err error) {
		first, err = r.s.firstShots(r.Person)
		return err
	})
	if err != nil {
		return err
	}
	return r.send(ctx, first...)
}

// withCamera draws photos when it is the robot's turn. Drawing takes much processor time; if all robots drew at once,
// the first photo would go out as late as the last.
func (r *robot) withCamera(ctx context.Context, draw func() error) error {
	select {
	case r.w.renderSlots <- struct{}{}:
		defer func() { <-r.w.renderSlots }()
		return draw()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// sendPhotos sends what is missing: sides that the card does not show as read and of which no photo is under way.
func (r *robot) sendPhotos(ctx context.Context, now screen) error {
	if len(r.shots) == 0 {
		return r.sendFirst(ctx)
	}
	var sides []string
	read := now.readSides()
	for _, side := range []string{SideFront, SideBack} {
		switch {
		case read[side] || r.underWay(side):
		case side == SideBack && r.s.OtherPersonsBack && !r.otherSent && !read[SideFront]: // its turn comes
		default:
			sides = append(sides, side)
		}
	}
	if len(sides) == 0 {
		return nil
	}
	if len(r.shots)+len(sides) > mostShots {
		return r.stuck("the photos are turned down again and again")
	}
	var more []*shot
	err := r.withCamera(ctx, func() error {
		var all []taken
		for _, side := range sides {
			all = append(all, r.again(side))
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

// again takes one more photo of a side.
func (r *robot) again(side string) taken {
	if side == SideBack && r.s.OtherPersonsBack && !r.otherSent {
		r.otherSent = true
		return take(somebodyElse(r.Person, r.w.cfg.Seed), SideBack, SideBack, r.s.good(SideBack), true)
	}
	return take(r.Person, side, side, r.s.good(side), false)
}

// underWay tells whether a photo that should show this side was sent and not turned down.
func (r *robot) underWay(side string) bool {
	return slices.ContainsFunc(r.shots, func(s *shot) bool { return s.meant == side && !s.spent })
}

// send sends photos in the way of the script.
func (r *robot) send(ctx context.Context, all ...*shot) error {
	r.shots = append(r.shots, all...)
	defer func() {
		for _, s := range all {
			s.img = nil // Feishu has it
		}
	}()
	if r.s.AsOnePost {
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
		if r.s.AsFiles {
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

// noteProblems strikes out photos that the bot has turned down. The answer hangs on the photo's message; a person who
// knows to have sent a wrong one takes it for that one, whichever the bot names.
func (r *robot) noteProblems(all []screen) {
	for _, s := range all {
		if s.kind != kindProblem || r.struck[s.msg.ID] {
			continue
		}
		r.struck[s.msg.ID] = true
		if bad := r.turnedDown(s); bad != nil {
			bad.spent = true
		}
	}
	if r.stage == StageConfirmation { // everything was used; whatever is asked for later has to be taken anew
		for _, s := range r.shots {
			s.spent = true
		}
	}
}

func (r *robot) turnedDown(problem screen) *shot {
	var of *shot // the photo of the message that was answered
	for _, s := range r.shots {
		switch {
		case s.spent:
		case s.wrong:
			return s
		case s.msg != problem.msg.ParentID:
		case of == nil:
			of = s
		case s.meant == SideBack && problem.mentions("看起来是国徽面"): // of two in one message
			of = s
		}
	}
	return of
}
