package flows

import "slices"

// SigningAccount is the account with which a person can sign at e签宝's SDK 3.0 service (esign.sdk_url). It is opened
// after the evidence point and with it. The person is told nothing, and the case stays done if it stops.
//
// Its write is an intent as in write_intent.go, with one difference: the service can be asked for an account by the ID
// number, so that a write whose outcome is unknown is looked up before anything else.
type SigningAccount struct {
	Write *Write       `json:"write,omitempty"`
	Stop  *AccountStop `json:"stop,omitempty"` // set while it cannot go on
}

// AccountStop says why a signing account is not opened.
type AccountStop struct {
	Code     StopCode `json:"code"` // texts "account.<code>"
	Upstream string   `json:"upstream,omitempty"`
}

// Codes of stops of a signing account, besides those of package failure.
const (
	StopAccountOther   StopCode = "account_other"   // the number has an account under another name
	StopAccountUnnamed StopCode = "account_unnamed" // the consent did not name this use of the data
	StopAccountErased  StopCode = "account_erased"  // the personal data was deleted before
)

// RecipientSDK is the signing service among the recipients that a consent names.
const RecipientSDK = "esign_sdk"

// queueAccount queues the opening of an account. Somebody whose consent did not name it gets none.
func (d *decision) queueAccount() {
	d.c.Account = &SigningAccount{}
	if d.c.Consent == nil || !slices.Contains(d.c.Consent.Recipients, RecipientSDK) {
		d.c.Account.Stop = &AccountStop{Code: StopAccountUnnamed}
		return
	}
	d.job(OpenSigningAccount())
}

// AccountDone reports whether the account is open.
func (c *Case) AccountDone() bool {
	return c.Account != nil && c.Account.Write != nil && c.Account.Write.State == WriteDone
}

// accountStarted stores the intent of opening an account. Unlike another write, one whose outcome is unknown may begin
// again: the worker has asked the service, and there is no account.
func accountStarted(d *decision) {
	if d.c.Account == nil || d.c.AccountDone() {
		d.refuse("nothing to open", nil)
		return
	}
	before := d.c.Account.Write
	if before == nil {
		before = &Write{}
	}
	d.c.Account.Write = &Write{
		State:   WriteStarted,
		Attempt: before.Attempt + 1,
		Started: d.event.At,
		Job:     d.event.Job,
	}
}

// accountOpened notes the account's id, of an account that was opened or found.
func accountOpened(d *decision) {
	if d.c.Account == nil || d.c.AccountDone() {
		d.refuse(refusalKnown, nil)
		return
	}
	w := d.c.Account.Write
	if w == nil {
		w = &Write{Started: d.event.At}
		d.c.Account.Write = w
	}
	d.noteDisclosure(RecipientSDK)
	w.State, w.At, w.ID = WriteDone, d.event.At, d.event.ID
	if d.c.Account.Stop != nil {
		d.c.Account.Stop = nil
		d.redraw(AudienceHR)
	}
	d.detail("account_id", d.event.ID)
	d.change.Ended = FollowUpAccount
}

// accountFailed ends an attempt of which it is certain that it opened no account.
func accountFailed(d *decision) {
	if d.c.Account == nil || d.c.Account.Write == nil || d.c.Account.Write.State != WriteStarted {
		d.refuse(refusalNoAttempt, nil)
		return
	}
	d.c.Account.Write.State = WriteRefused
	d.change.Silent = true
}

// accountUnknown notes that nobody knows whether an account was opened.
func accountUnknown(d *decision) {
	if d.c.Account == nil || d.c.Account.Write == nil || d.c.Account.Write.State != WriteStarted {
		d.refuse(refusalNoAttempt, nil)
		return
	}
	d.noteDisclosure(RecipientSDK) // the service may have received the data
	d.c.Account.Write.State = WriteUnknown
}

// accountStopped notes why the account cannot be opened.
func accountStopped(d *decision) {
	if d.c.Account == nil || d.c.AccountDone() {
		d.refuse("nothing to open", nil)
		return
	}
	s := AccountStop{Code: d.event.Stop.Code, Upstream: d.event.Stop.Upstream}
	if d.c.Account.Stop != nil && *d.c.Account.Stop == s {
		d.refuse(refusalKnown, nil)
		return
	}
	d.c.Account.Stop = &s
	d.detail("code", string(s.Code))
	d.detail("upstream", s.Upstream)
	d.change.Stopped = FollowUpAccount
	d.redraw(AudienceHR)
}
