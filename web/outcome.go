package web

import "net/http"

// Outcome says how a visit ended. It labels a metric and a line of the log.
type Outcome string

// Outcomes.
const (
	Shown       Outcome = "shown"      // the page, before it is accepted
	Accepted    Outcome = "accepted"   // recorded just now
	Already     Outcome = "already"    // recorded before
	Changed     Outcome = "changed"    // a text has changed while it was read
	Incomplete  Outcome = "incomplete" // a tick is missing, or a text was not opened
	WrongPerson Outcome = "wrong_person"
	Expired     Outcome = "expired"
	Renewed     Outcome = "renewed"  // a new card with a new link was sent
	Returned    Outcome = "returned" // from the supplier's page for a face
	Gone        Outcome = "gone"     // the case has gone on, or has ended
	Forged      Outcome = "forged"   // a link that was not made here
	NoAddress   Outcome = "no_address"
	LoginFailed Outcome = "login_failed"
	SignedOut   Outcome = "signed_out" // no session: it has ended, or the browser keeps no cookies
	Limited     Outcome = "limited"
	BadRequest  Outcome = "bad_request"
	Unavailable Outcome = "unavailable" // the database does not answer
)

// Outcomes are those of the agreement page.
var Outcomes = []Outcome{
	Shown, Accepted, Already, Changed, Incomplete, WrongPerson, Expired, Renewed, Gone, Forged, NoAddress, LoginFailed,
	SignedOut, Limited, BadRequest, Unavailable,
}

// message is a page that says one thing. The texts are ID.title, ID.what and ID.do.
type message struct {
	id      string
	outcome Outcome
	status  int
	again   bool // offers to open the link again
	renew   bool // offers a new link
	later   int  // seconds of Retry-After
}

// Messages.
var (
	forged      = message{id: "forged", outcome: Forged, status: http.StatusNotFound}
	expired     = message{id: "expired", outcome: Expired, status: http.StatusGone, renew: true}
	gone        = message{id: "gone", outcome: Gone, status: http.StatusGone}
	already     = message{id: "already", outcome: Already, status: http.StatusOK}
	renewed     = message{id: "renewed", outcome: Renewed, status: http.StatusOK}
	wrongPerson = message{id: "wrong_person", outcome: WrongPerson, status: http.StatusForbidden, again: true}
	noAddress   = message{
		id: "no_address", outcome: NoAddress, status: http.StatusServiceUnavailable, again: true, later: 60,
	}
	signedOut   = message{id: "signed_out", outcome: SignedOut, status: http.StatusForbidden, again: true}
	limited     = message{id: "limited", outcome: Limited, status: http.StatusTooManyRequests, again: true}
	crossSite   = message{id: "cross_site", outcome: BadRequest, status: http.StatusForbidden, again: true}
	badForm     = message{id: "bad_form", outcome: BadRequest, status: http.StatusBadRequest, again: true}
	badRequest  = message{id: "bad_request", outcome: BadRequest, status: http.StatusBadRequest}
	noText      = message{id: "no_text", outcome: BadRequest, status: http.StatusNotFound}
	unavailable = message{
		id: "unavailable", outcome: Unavailable, status: http.StatusServiceUnavailable, again: true, later: 10,
	}
)

// Messages of a login that failed. The last four are failure.Login.
var (
	loginForged = message{id: "login_forged", outcome: LoginFailed, status: http.StatusBadRequest}
	loginOther  = message{id: "login_other", outcome: LoginFailed, status: http.StatusForbidden, again: true}
	loginDenied = message{id: "login_denied", outcome: LoginFailed, status: http.StatusForbidden, again: true}

	loginAgain   = message{id: "login_again", outcome: LoginFailed, status: http.StatusBadRequest, again: true}
	loginRefused = message{id: "login_refused", outcome: LoginFailed, status: http.StatusForbidden, again: true}
	loginSetup   = message{id: "login_setup", outcome: LoginFailed, status: http.StatusBadGateway, again: true}
	loginLater   = message{
		id: "login_later", outcome: LoginFailed, status: http.StatusServiceUnavailable, again: true, later: 30,
	}
)
