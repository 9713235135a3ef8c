// Package web serves the page on which an applicant reads and accepts the agreements, under /agreement/. An evidence
// point of revision 2025-10 states when, how and from which address a person read them, and a click in a chat tells no
// address.
//
// The page has no JavaScript. GET and HEAD record nothing. A link names one revision of a case (link.go), a session
// says that the browser's person is the applicant (login.go, session.go), and a form carries a proof of what was shown
// (shown.go). Nobody's name, address, token or code is logged or counted.
//
// face.go is the page under /agreement/face/ to which a check by face on the page of the supplier returns.
//
// In reading order: web.go, page_agreement.go, accept.go, login.go, then link.go, session.go, shown.go, client_ip.go,
// limits.go, headers.go, face.go.
package web
