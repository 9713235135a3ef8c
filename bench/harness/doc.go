// Package harness is the shared part of the commands under bench. They run the program itself in processes of its own
// and record their measurements.
//
//	program, err := harness.Build(ctx, dir)                     // once
//	world, err := harness.StartWorld(ctx, program, dir)         // shiming sim
//	bot, err := harness.NewBot(program, dir, "bot1", settings)  // shiming serve, with world.Settings
//	err = bot.Start(ctx)                                        // returns when /readyz answers 200
//	bot.Kill()
//	err = bot.Start(ctx)                                        // on the same address
//	r := harness.NewResult(ctx)
//	r.Add("start", "ms", 61, 63)
//	err = r.Append("", "ack")
//
// Open starts a simulated world inside the measuring process instead, with bots in processes of their own. There
// every call can be timed, and the command acts for people.
//
// A PostgreSQL database comes from store/pgtest (Start, Database).
package harness
