// Package harness is what the measuring commands under bench share: they run the program itself in
// processes of its own, as it runs in earnest, and write down what they find.
//
//	program, err := harness.Build(ctx, dir)                     // once
//	world, err := harness.StartWorld(ctx, program, dir)         // shiming sim
//	bot, err := harness.NewBot(program, dir, "bot1", settings)  // shiming serve, with world.Settings
//	err = bot.Start(ctx)                                        // returns when /readyz says so
//	bot.Kill(); err = bot.Start(ctx)                            // on the same address
//	r := harness.NewResult(ctx); r.Add("start", "ms", 61, 63); err = r.Append("", "ack")
//
// Open starts a simulated world inside the measuring process instead, with bots around it. There every
// call can be timed, and people are played by hand.
//
// A database of PostgreSQL comes from store/pgtest (Start, Database).
package harness
