package sim

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"sync"
	"time"

	"shiming/sim/feishu"
	"shiming/sim/tencent"
)

const (
	// maxSubmits limits how often a person submits the same code.
	maxSubmits = 3
	// maxCodes limits how many text messages a person accepts before giving up.
	maxCodes = 10
)

// submitCode submits the code of the latest text message if there is one and the card has a field for it. Otherwise it
// asks for a new code.
func (r *robot) submitCode(ctx context.Context, now screen) error {
	sms, there := r.latestSMS()
	fresh := r.handled[now.msg.ID] != version(now.msg)
	typed := r.correctSubmits[sms.Serial]
	impatient := r.impatient && now.acts[actSendCode]
	r.impatient = false
	switch {
	case impatient:
		return r.askForCode(ctx, now)
	case !now.acts[actSubmitCode]: // failed, expired or used up
		if !fresh {
			return nil
		}
		r.handled[now.msg.ID] = version(now.msg)
		return r.askForCode(ctx, now)
	case !there || r.submitted[sms.Serial] && !fresh, r.script.CodeInChat && typed > 0:
		return nil
	case typed >= maxSubmits:
		r.handled[now.msg.ID] = version(now.msg)
		return r.askForCode(ctx, now)
	}
	r.handled[now.msg.ID] = version(now.msg)
	r.submitted[sms.Serial] = true
	text := sms.Code()
	if r.script.WrongCodeFirst && !r.typedWrongCode {
		r.typedWrongCode = true
		text = wrongCode(text)
	} else {
		r.correctSubmits[sms.Serial]++
	}
	if r.script.CodeInChat {
		_, err := r.w.Feishu.SendText(ctx, r.OpenID, text)
		return err
	}
	return r.pressAct(ctx, now, actSubmitCode, map[string]any{"sms_code": text})
}

func (r *robot) latestSMS() (tencent.SMS, bool) {
	box := r.w.Tencent.Inbox(r.Person.Mobile)
	if len(box) <= r.oldMessages {
		return tencent.SMS{}, false
	}
	return box[len(box)-1], true
}

// secondsToWait finds the number in "请等 12 秒再重发".
var secondsToWait = regexp.MustCompile(`请等 ?([0-9]+) ?秒`)

// askForCode requests a new code. If the bot asks to wait, it waits as long and requests again.
func (r *robot) askForCode(ctx context.Context, now screen) error {
	if len(r.w.Tencent.Inbox(r.Person.Mobile))-r.oldMessages > maxCodes {
		return r.stuck("no code is right")
	}
	for {
		res, err := r.w.press(ctx, r.OpenID, now, feishu.ByAct(actSendCode), actSendCode, nil)
		if err != nil {
			return err
		}
		m := secondsToWait.FindStringSubmatch(res.Toast.Text("zh_cn"))
		if m == nil {
			return nil
		}
		seconds, err := strconv.Atoi(m[1])
		if err != nil {
			return r.stuck("the bot asks to wait for too long")
		}
		if err := pause(ctx, time.Duration(seconds)*time.Second); err != nil {
			return err
		}
		if now, _ = r.readCards(); now.stage != StageCode {
			return errStale
		}
	}
}

// watchPhone calls wake when a text message arrives whose code was not submitted yet, or when none arrives within
// Script.SMSPatience. The returned function ends the listening. Until it returns, only watchPhone may access impatient.
func (r *robot) watchPhone(ctx context.Context, now screen, wake func()) (stop func()) {
	ctx, cancel := context.WithTimeout(ctx, r.script.smsPatience())
	next := len(r.w.Tencent.Inbox(r.Person.Mobile))
	if sms, there := r.latestSMS(); there && !r.submitted[sms.Serial] && now.acts[actSubmitCode] {
		next-- // it arrived after the robot had read the card
	}
	var listening sync.WaitGroup
	listening.Go(func() {
		_, err := r.w.Tencent.WaitSMS(ctx, r.Person.Mobile, next)
		r.impatient = errors.Is(err, context.DeadlineExceeded)
		if err == nil || r.impatient {
			wake()
		}
	})
	return func() {
		cancel()
		listening.Wait()
	}
}

// wrongCode changes the last digit.
func wrongCode(code string) string {
	if code == "" {
		return "000000"
	}
	last := code[len(code)-1]
	return code[:len(code)-1] + string('0'+(last-'0'+1)%10)
}
