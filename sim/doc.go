// Package sim simulates everything around the bot on loopback: Feishu, e签宝, Tencent Cloud and two systems of the company
// (a receiver of evidence points, a signing service) behind real HTTP, a
// company with HR admins and employees, and robots that act for these people. Package playground adds a user interface.
//
//	w, err := sim.Start(ctx, sim.Config{Webhook: "http://127.0.0.1:8080/webhook/event"})
//	defer w.Close(ctx)
//	hr := w.HR(0)
//	go hr.Work(ctx, hr.Diligent)
//	journey, err := w.Hire(1)[0].Register(ctx, sim.Script{}, nil)
//
// The bot under test gets w.Settings() and nothing else, and talks to the world over HTTP only. This package imports no
// package of the bot, so that the two cannot share a mistake.
//
// Robots see only what people see. A robot finds a button by its act and a field by its name, distinguishes cards by
// their buttons and titles, and waits for changes of the chat or of the phone. It never reads the bot's internal state.
//
// Config.Observer receives every change. All people in the world are fictional (see package specimen).
package sim
