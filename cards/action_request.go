package cards

// Acts of a person on the card 我的资料; Case is one of the person's.
const (
	ActCopyData    Act = "copy_data"    // ask for a copy as files
	ActCorrectData Act = "correct_data" // with a form
	ActObjectData  Act = "object_data"  // with the same form
	ActDeleteData  Act = "delete_data"  // as soon as no write is under way
)

// Acts of HR; Case is the request.
const (
	ActFulfilRequest  Act = "fulfil_request"
	ActDeclineRequest Act = "decline_request" // with a reason in the form
	ActOpenRequest    Act = "open_request"    // of the list
)
