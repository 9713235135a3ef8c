package flows

import (
	"strconv"
	"time"

	"shiming/cards"
)

// NewToast fills the toast with this id; see cards.NewToast.
func NewToast(id string, args map[string]string) *cards.Toast {
	t := cards.NewToast(id, args)
	return &t
}

// secondsArg is the argument of toasts that name a waiting time, rounded up to seconds.
func secondsArg(wait time.Duration) map[string]string {
	return map[string]string{"seconds": strconv.Itoa(int((wait + time.Second - 1) / time.Second))}
}

// LateToast answers a click that the case can no longer take. After a review it says who decided what, and when.
func LateToast(p *Policy, c *Case) *cards.Toast {
	if r := c.Review; r != nil && c.State != AwaitingReview {
		args := map[string]string{"what": string(r.What), "when": r.At.In(ChinaTime).Format("01-02 15:04")}
		if p.NameOf != nil {
			args["who"] = p.NameOf(r.By)
		}
		return NewToast("late", args)
	}
	if c.State.Terminal() {
		return NewToast("closed", nil)
	}
	return NewToast("already", nil)
}
