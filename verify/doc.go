// Package verify asks outside suppliers what this program cannot know itself: whether a code reached a mobile phone
// (SMS), and whether name, ID number and mobile number belong to one real person (three elements).
//
// Tencent is the supplier at hand: Tencent Cloud's SendSms and PhoneVerification, called through the vendor's
// `common` client only. What a result says comes from the supplier's answer and from nothing else, because it becomes
// evidence; the time is our own clock at the moment of the answer, since the answer carries none.
//
// Everything that is not a plain result is an *Error. Its Class says whose turn it is (try again, the person, the
// operator), its PersonReason what to tell the person, and MaybeApplied whether an SMS may have gone out although no
// good answer came. No call is ever repeated in here.
//
// Personal arguments (names, ID numbers, mobile numbers, codes) are used for the one request and are kept nowhere:
// not in a field, not in an error, not in a log.
package verify
