// Package playground is a simulated world to play with: an HTTP API to play its people by hand, robots that are
// started over it, everything that can go wrong by name, and a page for a browser that shows it all.
//
//	pg, err := playground.Start(ctx, playground.Config{Inspect: true})
//	defer pg.Close(ctx)
//	fmt.Println(pg.URL)
//
// The world itself is package sim and knows nothing of who plays with it. The playground observes it (sim.Observer);
// with Config.Inspect it keeps what it is told, masked, for GET /sim/stream and the page (package page): the phone,
// HR's chat, the group, and everything that goes over the wire.
//
// Everybody in the world is fictional (see package specimen), so the API may show names and numbers; it listens on
// loopback only nevertheless.
package playground
