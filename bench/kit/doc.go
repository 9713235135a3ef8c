// Package kit is what the measuring commands under bench share: they run the program itself in
// processes of its own, as it runs in earnest, and write down what they find.
//
//	program, err := kit.Build(ctx, dir)                        // once
//	world, err := kit.StartWorld(ctx, program, dir)            // shiming sim
//	bot, err := kit.NewBot(program, dir, "bot1", settings)     // shiming serve, with world.Settings
//	err = bot.Start(ctx)                                       // returns when /readyz says so
//	bot.Kill(); err = bot.Start(ctx)                           // on the same address
//	r := kit.NewResult("ack"); r.Rows = …; err = r.Write(file)
//
// A database of PostgreSQL comes from store/pgtest (Start, Database).
package kit
