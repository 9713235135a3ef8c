// Package feishu simulates the Feishu (飞书) open platform for one app in one tenant: its HTTP API under /open-apis,
// the encrypted and signed events it pushes to the bot, and the people who type, send photos and press buttons in the
// client.
//
// It is written from the public reference pages and imports no Feishu SDK, so that it cannot share a mistake with the
// bot that it tests. It is as strict as the pages: tokens expire, permissions are checked, every card passes a
// validator of card JSON 2.0, limits answer with the documented codes, events that are not answered with 200 in three
// seconds come again.
//
// Reading order: server.go (what a Server is), routes.go (which API is where), one file per API family (token.go,
// message_*.go, resource.go, contact.go, chats.go, ocr.go, identity.go), then the other direction: crypt.go,
// event.go, deliver.go (how events travel), people.go, act.go, click.go (what people do), watch.go and cardview.go
// (what they see).
//
// A second tenant is a second Server: nothing is shared between two of them. All methods may be called concurrently.
package feishu
