// Package sim is the whole outside world on loopback: the simulated Feishu, e签宝 and Tencent Cloud behind real HTTP, a
// company with HR and employees in it, and robots that behave like those people. Package playground lets somebody
// play with it.
//
//	w, err := sim.Start(ctx, sim.Config{Webhook: "http://127.0.0.1:8080/webhook/event"})
//	defer w.Close(ctx)
//	go w.HR(0).Work(ctx, sim.ApproveAll)
//	journey, err := w.Hire(1)[0].Register(ctx, sim.Script{}, nil)
//
// The bot under test gets w.Settings() and nothing else; it talks to the world over HTTP only, and nothing of the bot
// is imported here, so that the two cannot share a mistake.
//
// Robots see what people see. A robot finds a button by what it does and a field by its name, tells cards apart by
// their buttons and titles, waits for the chat or the phone to change and never looks at the bot's insides.
//
// Config.Observer is told of everything that changes. Everybody in the world is fictional (see package specimen).
package sim
