// Package bot connects the program to Feishu in both directions. It is the only user of the Feishu SDK and of gin.
//
// Inbound, [Server] receives events and card callbacks at POST /webhook/event. A guard checks each push before any
// parser sees it: first the size, then the signature over the raw body, then the time window. Only then it decrypts
// and parses the body and compares verification token and app id. The table routes (dispatch.go) says which function
// handles an event type and whether the event may be handled after its acknowledgement. The server stores such an
// event and acknowledges it; the inbox (inbox.go) handles it afterwards. A click is handled first, because the
// response carries the result. Each handler (one file per event type) converts an SDK struct into one flows value,
// hands it to [Handler] and does nothing else; no handler calls the network. Status 200 means that the event is
// stored; 503 requests a redelivery.
//
// Alternatively, [LongConn] receives pushes over a WebSocket that the bot opens (长连接). It needs no guard, because app
// id and secret authenticate the connection; apart from that, a push is handled as above. LongConn implements the
// protocol of the SDK's package ws itself, because the SDK's client closes the connection while handlers still have to
// respond.
//
// Outbound, [Client] implements workers.Messenger, workers.IDCardReader and workers.IdentityRecorder. Every call goes
// through one helper, which fetches the tenant token and repeats the call once if the platform refuses the token. Every
// other failure becomes an [*APIError], whose class comes from one table (codes.go). The client repeats nothing else;
// the job queue retries.
//
// [PatchOrder] coordinates both directions: a patch of a card waits until the response to a click on it has been
// written, and the response to a click waits for a patch that is under way. Otherwise the card could end up in an older
// state.
//
// Comments cite facts about the platform by the title of the Feishu page.
package bot
