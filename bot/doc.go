// Package bot is Feishu in both directions, and the only user of the Feishu SDK and of gin.
//
// Inwards, [Server] takes events and card callbacks at POST /webhook/event. A guard of our own stands before the SDK:
// it checks the size, then the signature over the raw body, then the time window, and only then decrypts, parses and
// compares verification token and app id. Most events are then stored and acknowledged, and decided on right after
// that (inbox.go); a click is decided on first, since the decision is its answer. Handlers (one file per kind of
// event) turn an SDK struct into one flows value, hand it to [Handler] and do nothing else. No handler calls the
// network. 200 means that the push is stored; 503 asks Feishu to deliver it again.
//
// Or [LongConn] takes them over a WebSocket that the bot opens (长连接): no guard, since app id and secret opened it,
// but the same way from there on. It speaks the protocol of the SDK's package ws, whose client closes the connection
// under handlers that have not answered yet.
//
// Outwards, [Client] implements workers.Messenger, workers.IDCardReader and workers.IdentityRecorder. Every call goes
// through one helper that fetches the tenant token, drops a refused one and tries once more, and turns whatever else
// can go wrong into an [*APIError] whose class comes from one table (codes.go). Nothing is retried beyond that; the
// job queue does it.
//
// [PatchOrder] ties the two together: a card is not patched while the answer to a click on it is still being written,
// because the client would then flip back to the answer's state, and a click is answered after a patch that is on its
// way.
//
// Facts about the platform are cited by the title of the Feishu page they come from.
package bot
