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
	// mostTyped is how often a person types the same code.
	mostTyped = 3
	// mostCodes is how many text messages a person accepts before giving up.
	mostCodes = 10
)

// code types the code of the latest text message, once it is there and the card takes one; otherwise it asks for a
// new one.
func (r *robot) code(ctx context.Context, now screen) error {
	sms, there := r.latestSMS()
	fresh := r.treated[now.msg.ID] != version(now.msg)
	typed := r.typedCode[sms.Serial]
	impatient := r.impatient && now.acts[actSendCode]
	r.impatient = false
	switch {
	case impatient:
		return r.askForCode(ctx, now)
	case !now.acts[actSubmitCode]: // failed, expired or used up
		if !fresh {
			return nil
		}
		r.treated[now.msg.ID] = version(now.msg)
		return r.askForCode(ctx, now)
	case !there || r.tried[sms.Serial] && !fresh:
		return nil
	case typed >= mostTyped:
		r.treated[now.msg.ID] = version(now.msg)
		return r.askForCode(ctx, now)
	}
	r.treated[now.msg.ID] = version(now.msg)
	r.tried[sms.Serial] = true
	text := sms.Code()
	if r.s.WrongCodeFirst && !r.erred {
		r.erred = true
		text = wrongCode(text)
	} else {
		r.typedCode[sms.Serial]++
	}
	return r.pressAct(ctx, now, actSubmitCode, map[string]any{"sms_code": text})
}

func (r *robot) latestSMS() (tencent.SMS, bool) {
	box := r.w.Tencent.Inbox(r.Person.Mobile)
	if len(box) <= r.codesFrom {
		return tencent.SMS{}, false
	}
	return box[len(box)-1], true
}

// secondsToWait finds the number in "请等 12 秒再重发".
var secondsToWait = regexp.MustCompile(`请等 ?([0-9]+) ?秒`)

// askForCode presses the button for a new code, and again after the time that the bot asks for.
func (r *robot) askForCode(ctx context.Context, now screen) error {
	if len(r.w.Tencent.Inbox(r.Person.Mobile))-r.codesFrom > mostCodes {
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
		// The answer may have changed the card.
		if now, _ = r.look(); now.stage != StageCode {
			return errStale
		}
	}
}

// listen wakes the robot when a text message comes that was not typed yet, or when none has come for long. The returned
// function ends the listening; until it has returned, nobody else may touch impatient.
func (r *robot) listen(ctx context.Context, now screen, wake func()) (stop func()) {
	ctx, cancel := context.WithTimeout(ctx, r.s.smsPatience())
	next := len(r.w.Tencent.Inbox(r.Person.Mobile))
	if sms, there := r.latestSMS(); there && !r.tried[sms.Serial] && now.acts[actSubmitCode] {
		next-- // it came while the card was being looked at
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
