// Package tencent simulates Tencent Cloud as far as this project needs it: SendSms (sms 2021-01-11) and
// PhoneVerification (faceid 2018-03-01), on one host or two, over plain HTTP.
//
// It follows the vendor's pages strictly. It checks the TC3-HMAC-SHA256 signature with its own code, accepts documented
// headers and fields only, and refuses with the vendor's codes. Accepted messages are in the inbox of a simulated phone
// (Inbox, WaitSMS, OnSMS), and Register adds people. The server keeps every request (Calls, Find), so that a test can
// verify to whom it issued the serial number in an evidence point, and with what result.
//
// Server is a plain http.Handler; package wire injects faults around it.
package tencent
