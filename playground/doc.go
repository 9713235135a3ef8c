// Package playground runs a simulated world interactively: an HTTP API that acts for its people, robots that register
// by themselves, a catalogue of everything that can go wrong, and a page for a browser.
//
//	pg, err := playground.Start(ctx, playground.Config{Inspect: true})
//	defer pg.Close(ctx)
//	fmt.Println(pg.URL)
//
// The world is package sim, which does not know the playground. The playground observes it (sim.Observer). With
// Config.Inspect it keeps the latest messages, calls and events, masked, for GET /sim/stream and the page (package
// page).
//
// All people are fictional (package specimen), so the API may show names and numbers. It still listens on loopback
// only.
package playground
