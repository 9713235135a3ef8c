package workers

import (
	"context"
	"encoding/json"
	"time"

	"shiming/esign"
	"shiming/flows"
	"shiming/idcard"
	"shiming/verify"
)

// Every port returns errors that failure.Of can classify.

// Messenger sends cards by Feishu and fetches what people have sent.
type Messenger interface {
	// Send posts a card. The same uuid (≤ 50 characters) is sent at most once within an hour.
	Send(ctx context.Context, to flows.Receiver, card json.RawMessage, uuid string) (messageID string, err error)
	// Reply posts a card as an answer to a message.
	Reply(ctx context.Context, messageID string, card json.RawMessage, uuid string) (string, error)
	// Patch replaces the card of a message by the card that draw returns; nil leaves it as it is. Patch calls draw when
	// no click on the message is being answered, and the answers to later clicks wait for it: otherwise the answer
	// could arrive after the patch and undo it on the screen.
	Patch(ctx context.Context, messageID string, draw func() (json.RawMessage, error)) error
	// UploadImage uploads a picture of at most 10 MB and returns its image_key. Feishu offers no way to delete it.
	UploadImage(ctx context.Context, picture []byte) (imageKey string, err error)
	// UploadFile uploads a file of at most flows.MaxExportBytes and returns its file_key. Feishu offers no way to delete it.
	UploadFile(ctx context.Context, name string, file []byte) (fileKey string, err error)
	// SendFile posts an uploaded file. The uuid works as in Send.
	SendFile(ctx context.Context, to flows.Receiver, fileKey, uuid string) (messageID string, err error)
	// Urgent sends a message of the bot to a person by 加急. reached is false if the platform says that the person is not
	// in the chat.
	Urgent(ctx context.Context, messageID, openID string) (reached bool, err error)
	// Recall recalls a message of the bot.
	Recall(ctx context.Context, messageID string) error
	// Download fetches a picture from a message. kind is image or file. It returns at most idcard.MaxPhotoBytes+1
	// bytes, so that the inspection refuses a picture that is too large.
	Download(ctx context.Context, messageID, fileKey, kind string) ([]byte, error)
	// Contact looks a person up in the directory. Fields for which the app has no scope are empty.
	Contact(ctx context.Context, openID string) (flows.Contact, error)
	// Department looks a department up in the directory. The name is empty if the app has no scope for it.
	Department(ctx context.Context, id string) (flows.Department, error)
	// External reports whether people of other companies can be in a group.
	External(ctx context.Context, chatID string) (bool, error)
}

// Directory reads Feishu's directory and groups, page by page. A page token is "" for the first page.
type Directory interface {
	// ChildDepartments returns departments below one; all is with those below them.
	ChildDepartments(ctx context.Context, id, pageToken string, all bool) (flows.DepartmentPage, error)
	// PeopleOf returns the people of a department, without those of the departments below it.
	PeopleOf(ctx context.Context, departmentID, pageToken string) (flows.PeoplePage, error)
	// DirectoryRange returns what the app's directory range names.
	DirectoryRange(ctx context.Context, pageToken string) (flows.DirectoryRange, error)
	// FindPeople returns whose e-mails and mobiles they are, at most directoryBatch of each.
	FindPeople(ctx context.Context, emails, mobiles []string) ([]flows.FoundPerson, error)
	// People returns the entries of at most directoryBatch people, without those whom the app cannot see.
	People(ctx context.Context, openIDs []string) ([]flows.DirectoryPerson, error)
	// Chats returns the groups with the bot in them.
	Chats(ctx context.Context, pageToken string) (flows.ChatPage, error)
	// MemberPage returns members of a group who belong to the tenant; "" leaves nobody out.
	MemberPage(ctx context.Context, chatID, tenantKey, pageToken string) (flows.MemberPage, error)
}

// IDCardReader reads ID cards and other documents from pictures (Feishu OCR).
type IDCardReader interface {
	// ReadIDCard calls leaving while the request is sent, once or more. The rate limiter counts the call from the last
	// time on.
	ReadIDCard(ctx context.Context, jpeg []byte, leaving func()) (flows.CardText, error)
	// ReadDocument reads a document of a kind of idcard.Readable. leaving is that of ReadIDCard.
	ReadDocument(ctx context.Context, kind idcard.Document, jpeg []byte, leaving func()) ([]idcard.Entity, error)
}

// IdentityRecorder records the identity in Feishu (human_authentication/v1/identities).
type IdentityRecorder interface {
	// RecordIdentity binds name, ID number and mobile to the person. It must not be called twice for one case.
	RecordIdentity(ctx context.Context, openID, name, number, mobile string) (verifyUID string, err error)
}

// EvidenceClient files evidence with e签宝.
type EvidenceClient interface {
	// UploadFile returns when the uploaded file can be used in an evidence point.
	UploadFile(ctx context.Context, name string, body []byte) (fileID string, err error)
	// CreatePersonPoint files an evidence point. It must not be called twice for one case.
	CreatePersonPoint(ctx context.Context, p esign.PersonPoint) (eviPointID string, err error)
	// FileStatus returns the state of an uploaded file. e签宝 has no such call for evidence points.
	FileStatus(ctx context.Context, fileID string) (esign.FileStatus, error)
}

// HandoverClient tells another system of evidence points, or of heads over the audit trail.
type HandoverClient interface {
	// Send makes one attempt. id is the same for the same notification, and nil means that it was taken.
	Send(ctx context.Context, id string, body []byte) error
}

// AccountClient opens accounts at e签宝's SDK 3.0 service.
type AccountClient interface {
	// FindPerson asks for the account of an ID number.
	FindPerson(ctx context.Context, idNo, idNoType string) (esign.SDKAccount, error)
	// AddPerson opens an account. It must not be called while FindPerson may find one.
	AddPerson(ctx context.Context, p esign.SDKPerson) (accountID string, err error)
}

// Verifier sends SMS codes and checks people's details.
type Verifier interface {
	// SendCode sends a code that is valid for ttl.
	SendCode(ctx context.Context, mobile, code string, ttl time.Duration) (verify.SMSReceipt, error)
	// CheckThreeElements compares name, ID number and mobile with the operator's records.
	CheckThreeElements(ctx context.Context, name, number, mobile string) (verify.CheckResult, error)
	// CheckFourElements compares name, ID number, mobile and bank card with the records of the card's bank.
	CheckFourElements(ctx context.Context, name, number, mobile, card string) (verify.CheckResult, error)
	// LookUpBank asks which bank has issued a card. Its name is "" if nobody knows.
	LookUpBank(ctx context.Context, card string) (verify.Bank, error)
	// OpenFace begins a flow for a face, which returns to redirectURL.
	OpenFace(ctx context.Context, p verify.FacePerson, redirectURL string) (verify.FaceSession, error)
	// FaceResult fetches the result of a flow, which is handed out once.
	FaceResult(ctx context.Context, token string, p verify.FacePerson) (verify.FaceResult, error)
}
