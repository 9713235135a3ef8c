package failure

import "errors"

// Login says what a person can do whose web login failed. The values are ids of texts.
type Login string

// What a person can do.
const (
	LoginAgain   Login = "again"   // start again from the link: the code was used or is too old
	LoginRefused Login = "refused" // ask the company's administrator: the app is not available to this person
	LoginSetup   Login = "setup"   // tell HR: a setting of the app is wrong, which holds for everybody
	LoginLater   Login = "later"   // try again in a while: the platform did not answer, or has trouble of its own
)

// LoginError is an error of a web login. The client that asks for a login implements it.
type LoginError interface {
	Error
	// Login says what the person can do.
	Login() Login
}

// LoginOf returns what a person can do about an error of a web login. An error that is no LoginError, such as the end
// of a context, says nothing about the person or the set-up: LoginLater.
func LoginOf(err error) Login {
	if e, ok := errors.AsType[LoginError](err); ok {
		return e.Login()
	}
	return LoginLater
}
