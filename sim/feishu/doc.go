// Package feishu simulates the Feishu (飞书) open platform for one app in one tenant: its HTTP API under /open-apis, the
// encrypted and signed events that it pushes to the bot, and the people who type, send photos and press buttons in the
// client.
//
// It follows the public reference pages and imports no Feishu SDK, so that it cannot share a mistake with the bot under
// test. It is as strict as the pages: tokens expire, scopes are checked, every card passes a validator of card JSON
// 2.0, limits answer with the documented codes, and events without an answer of 200 within three seconds are sent
// again.
//
// Reading order: server.go (the Server), routes.go (the APIs), one file per API family (token.go, login*.go,
// message_*.go, resource.go, contact.go, chats.go, ocr.go, identity.go); then the other direction: crypt.go, event.go,
// deliver.go (delivery of events), people.go, act.go, click.go (actions of people), watch.go and cardview.go (what
// people see).
//
// A second tenant is a second Server; two Servers share nothing. All methods may be called concurrently.
package feishu
