// Package tencent is a simulated Tencent Cloud, as far as this project needs it: SendSms (sms 2021-01-11) and
// PhoneVerification (faceid 2018-03-01), on one host or two, over plain HTTP.
//
// It is written from the vendor's pages and is strict: the TC3-HMAC-SHA256 signature is checked by code of its own,
// headers and fields must be the documented ones, and refusals have the vendor's codes. Messages that were accepted
// lie in the inbox of a simulated phone (Inbox, WaitSMS, OnSMS), people are known by Register, and every request is
// kept (Calls, Find), so that a test can ask whether the serial number in somebody's evidence was really given out,
// to whom and with what result.
//
// Server is a plain http.Handler; faults are injected around it.
package tencent
