package workers

import (
	"context"
	"encoding/json"
	"time"

	"shiming/esign"
	"shiming/flows"
	"shiming/verify"
)

// Messenger is Feishu as a messenger.
type Messenger interface {
	// Send posts a card. The same uuid (≤ 50 characters) is sent at most once within an hour.
	Send(ctx context.Context, to flows.Receiver, card json.RawMessage, uuid string) (messageID string, err error)
	// Reply posts a card as an answer to a message.
	Reply(ctx context.Context, messageID string, card json.RawMessage, uuid string) (string, error)
	// Patch replaces a card that was sent by what draw returns; nil leaves it as it is. draw is
	// called when no click on the message is being answered (a patch that overtook the answer
	// would be undone by it on the screen), and clicks that come later are answered after it.
	Patch(ctx context.Context, messageID string, draw func() (json.RawMessage, error)) error
	// Download fetches a picture from a message. kind is image or file. Pictures over
	// idcard.MaxPhotoBytes are cut off there, so that the inspection refuses them.
	Download(ctx context.Context, messageID, fileKey, kind string) ([]byte, error)
	// Contact looks a person up in the directory. Fields whose scope is missing are empty.
	Contact(ctx context.Context, openID string) (flows.Contact, error)
}

// IDCardReader reads an ID card from a picture (Feishu OCR).
type IDCardReader interface {
	// ReadIDCard calls leaving when the request begins to leave this machine.
	ReadIDCard(ctx context.Context, jpeg []byte, leaving func()) (flows.CardText, error)
}

// IdentityRecorder records the identity in Feishu (human_authentication/v1/identities).
type IdentityRecorder interface {
	RecordIdentity(ctx context.Context, openID, name, number, mobile string) (verifyUID string, err error)
}

// EvidenceClient is e签宝.
type EvidenceClient interface {
	UploadFile(ctx context.Context, name string, body []byte) (fileID string, err error)
	CreatePersonPoint(ctx context.Context, p esign.PersonPoint) (eviPointID string, err error)
	// FileStatus asks how far an uploaded photo is. Evidence points cannot be asked for.
	FileStatus(ctx context.Context, fileID string) (esign.FileStatus, error)
}

// Verifier sends codes and checks people.
type Verifier interface {
	SendCode(ctx context.Context, mobile, code string, ttl time.Duration) (verify.SMSReceipt, error)
	CheckThreeElements(ctx context.Context, name, number, mobile string) (verify.CheckResult, error)
}
