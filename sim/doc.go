// Package sim is the whole outside world on loopback: the simulated Feishu, e签宝 and Tencent Cloud behind real HTTP, a
// company with HR and employees in it, robots that behave like those people, and an HTTP API to play them by hand.
//
//	w, err := sim.Start(ctx, sim.Config{Webhook: "http://127.0.0.1:8080/webhook/event"})
//	defer w.Close(ctx)
//	go w.HR(0).Work(ctx, sim.ApproveAll)
//	journey, err := w.Hire(1)[0].Register(ctx, sim.Script{}, nil)
//
// The bot under test gets w.Settings() and nothing else; it talks to the world over HTTP only, and nothing of the bot is
// imported here, so that the two cannot share a mistake.
//
// Robots see what people see. A robot finds a button by what it does and a field by its name, tells cards apart by their
// buttons and titles, waits for the chat or the phone to change and never looks at the bot's insides.
//
// With Config.Inspect the control API also serves a page for a browser (package page), kept up by GET /sim/stream: the phone, HR's
// chat, the group, and everything that goes over the wire, masked.
//
// Everybody in the world is fictional (see package specimen), so the API may show names and numbers; it listens on
// loopback only nevertheless.
package sim
