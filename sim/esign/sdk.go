package esign

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
)

// Account is a signing account at the SDK 3.0 service. It prints nothing personal; tests read the fields.
type Account struct{ ID, Name, IDNo, IDNoType, PointID string }

// String names the account and its point.
func (a Account) String() string { return fmt.Sprintf("account %s with point %s", a.ID, a.PointID) }

// Format is String for every verb.
func (a Account) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, a.String()) }

// LogValue is String, for slog.
func (a Account) LogValue() slog.Value { return slog.StringValue(a.String()) }

// MarshalJSON writes the fields that are not personal.
func (a Account) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"id": a.ID, "point": a.PointID})
}

// SDK simulates the service of 电子签名 SDK 3.0 that a customer runs (paas-sdk-service): addPerson and queryByIdNo, as
// strict as their pages. It knows the evidence points of the platform. The pages leave open what a second addPerson for
// a number does, and what the query answers for an unknown number: here the first opens a second account, and the second
// is settled by UnknownCode.
type SDK struct {
	platform *Server

	accounts    []Account // guarded by platform.mu, as is unknownCode
	unknownCode int
}

// SDK returns the service beside the platform.
func (s *Server) SDK() *SDK { return &SDK{platform: s} }

// Names of the operations of the service.
const (
	OpAddPerson = "addPerson"
	OpQueryIDNo = "queryByIdNo"
)

const sdkPath = "/paas-sdk-service/timevale/account/"

// SDKOperation names the operation of a request to the service; "" if there is none.
func SDKOperation(r *http.Request) string {
	for _, op := range []string{OpAddPerson, OpQueryIDNo} {
		if r.Method == http.MethodPost && r.URL.Path == sdkPath+op {
			return op
		}
	}
	return ""
}

// Accounts returns the accounts in the order in which they were opened.
func (k *SDK) Accounts() []Account {
	k.platform.mu.Lock()
	defer k.platform.mu.Unlock()
	return slices.Clone(k.accounts)
}

// Open puts an account there that somebody has opened by other means.
func (k *SDK) Open(a Account) {
	k.platform.mu.Lock()
	defer k.platform.mu.Unlock()
	k.accounts = append(k.accounts, a)
}

// UnknownCode sets the errCode of a query for a number without an account; 0, the default, is a success without one.
func (k *SDK) UnknownCode(code int) {
	k.platform.mu.Lock()
	defer k.platform.mu.Unlock()
	k.unknownCode = code
}

// Codes of the service. The first two are those of its previous generation; its own are not published.
const (
	sdkNumberForm    = 150020
	sdkNumberMissing = 1011
	sdkRequest       = 10000001
	sdkPointUnknown  = 10000002
)

func (k *SDK) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	op := SDKOperation(r)
	if op == "" {
		writeJSON(w, http.StatusNotFound, map[string]any{"status": 404, "error": "Not Found"})
		return
	}
	known := map[string][]string{
		OpAddPerson: {"name", "idNo", "idNoType", "encrypt", "identityAuthId", "realnameEvidencePointId"},
		OpQueryIDNo: {"idNo", "idNoType", "accountType", "encrypt"},
	}[op]
	var in map[string]string // encrypt is a bool, which nobody sends here
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&in); err != nil {
		answerSDK(w, sdkRequest, nil)
		return
	}
	for field := range in {
		if !slices.Contains(known, field) {
			answerSDK(w, sdkRequest, nil)
			return
		}
	}
	k.platform.mu.Lock()
	defer k.platform.mu.Unlock()
	perform := k.addPerson
	if op == OpQueryIDNo {
		perform = k.query
	}
	code, out := perform(in)
	answerSDK(w, code, out)
}

// answerSDK writes the envelope. The flag has the name of the samples, errShow.
func answerSDK(w http.ResponseWriter, code int, fields map[string]any) {
	out := map[string]any{"errCode": code, "errShow": false, "msg": "成功"}
	if code != 0 {
		out["msg"] = "失败"
	}
	for name, v := range fields {
		out[name] = v
	}
	writeJSON(w, http.StatusOK, out)
}

// sdkForms are the forms that addPerson checks, by idNoType.
var sdkForms = map[string]*regexp.Regexp{
	"MAINLAND": regexp.MustCompile(`^(\d{15}|\d{17}[\dX])$`),
	"HONGKONG": regexp.MustCompile(`^[Hh](\d{8}|\d{10})$`),
	"MACAO":    regexp.MustCompile(`^[Mm](\d{8}|\d{10})$`),
	"TAIWAN":   regexp.MustCompile(`^(\d{8}|\d{10})$`),
	"PASSPORT": regexp.MustCompile(`^[0-9A-Za-z]{1,25}$`),
	"OTHER":    regexp.MustCompile(`.`),
}

// addPerson opens an account with an evidence point of the same name and number.
func (k *SDK) addPerson(in map[string]string) (int, map[string]any) {
	a := Account{Name: in["name"], IDNo: in["idNo"], IDNoType: in["idNoType"], PointID: in["realnameEvidencePointId"]}
	if a.IDNoType == "" {
		a.IDNoType = "MAINLAND"
	}
	form := sdkForms[a.IDNoType]
	switch {
	case a.IDNo == "":
		return sdkNumberMissing, nil
	case form == nil || !form.MatchString(a.IDNo):
		return sdkNumberForm, nil
	case !slices.ContainsFunc(k.platform.points, func(p Point) bool {
		return p.ID == a.PointID && p.Name == a.Name && p.CardNo == a.IDNo
	}):
		return sdkPointUnknown, nil
	}
	a.ID = fmt.Sprintf("%032X", 0xA100+len(k.accounts))
	k.accounts = append(k.accounts, a)
	return 0, map[string]any{"accountId": a.ID}
}

// query finds the account of a number and its kind. One number under another kind is another key.
func (k *SDK) query(in map[string]string) (int, map[string]any) {
	if in["idNo"] == "" {
		return sdkNumberMissing, nil
	}
	if in["idNoType"] == "" || in["accountType"] != "PERSON" {
		return sdkRequest, nil
	}
	for _, a := range k.accounts {
		if a.IDNo == in["idNo"] && a.IDNoType == in["idNoType"] {
			return 0, map[string]any{
				"accountId": a.ID, "name": a.Name, "idNo": a.IDNo, "idNoType": a.IDNoType, "accountType": "PERSON",
			}
		}
	}
	return k.unknownCode, nil
}
