// Package verify is the client of the suppliers that check a person: SMS shows that a code reaches a mobile phone, and
// the three-element check shows that name, ID number and mobile number belong to one real person.
//
// The only supplier is Tencent, with the actions SendSms and PhoneVerification of Tencent Cloud. It calls them through
// the vendor's `common` client. Every result comes from the supplier's response alone, because it becomes evidence. The
// time of a result is the local clock at the response, because the response contains none.
//
// Every other outcome is an *Error. Its Class says who has to act (nobody before a retry, the applicant, the operator),
// its PersonReason what the applicant can do, and MaybeApplied whether an SMS may have been sent without a good
// response. The package never repeats a call.
//
// The package uses personal arguments (names, ID numbers, mobile numbers, codes) for one request. It stores them in no
// field, no error and no log.
package verify
