package esign_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"shiming/esign"
	"shiming/failure"
)

var sdkPerson = esign.SDKPerson{Name: "张三", IDNo: "110101199003070011", IDNoType: esign.IDMainland, EviPointID: "P1"}

// sdkAnswering returns a client of a service that answers everything with status and body.
func sdkAnswering(t *testing.T, status int, body string) *esign.SDK {
	t.Helper()
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(service.Close)
	sdk, err := esign.NewSDK(esign.SDKConfig{BaseURL: service.URL})
	if err != nil {
		t.Fatal(err)
	}
	return sdk
}

// TestAddPersonAnswers gives every answer of addPerson its meaning. The call must not take effect twice.
func TestAddPersonAnswers(t *testing.T) {
	for name, row := range map[string]struct {
		status int
		body   string
		class  failure.Class // "" = opened
		code   string        // of the service
	}{
		"opened":               {200, `{"errCode":0,"msg":"成功","errShow":false,"accountId":"A1"}`, "", ""},
		"code as text":         {200, `{"errCode":"0","errorShow":false,"accountId":"A1"}`, "", ""},
		"no account":           {200, `{"errCode":0,"msg":"成功"}`, failure.Unknown, ""},
		"no code":              {200, `{"accountId":"A1"}`, failure.Unknown, ""},
		"not JSON":             {200, `<html>`, failure.Unknown, ""},
		"code of another type": {200, `{"errCode":[],"accountId":"A1"}`, failure.Unknown, ""},
		"number of its kind":   {200, `{"errCode":150020,"msg":"张三"}`, failure.Refused, "150020"},
		"phone form":           {200, `{"errCode":1068}`, failure.Refused, "1068"},
		"number missing":       {200, `{"errCode":"1011"}`, failure.Refused, "1011"},
		"any other":            {200, `{"errCode":1500011,"msg":"张三"}`, failure.Refused, "1500011"},
		"code with a status":   {500, `{"errCode":1500011}`, failure.Unknown, "1500011"},
		"server":               {502, ``, failure.Unknown, "502"},
		"busy":                 {429, ``, failure.Retry, "429"},
		"another program":      {404, `<html>`, failure.Operator, "404"},
		"redirect":             {302, ``, failure.Operator, "302"},
	} {
		id, err := sdkAnswering(t, row.status, row.body).AddPerson(t.Context(), sdkPerson)
		if row.class == "" {
			if err != nil || id != "A1" {
				t.Errorf("%s: got %q, %v, want the account", name, id, err)
			}
			continue
		}
		if d := failure.Of(err, true); d.Class != row.class || d.Upstream != row.code || d.Operation != "AddPerson" {
			t.Errorf("%s: got %+v, want class %s and code %q", name, d, row.class, row.code)
		}
		if err != nil && (strings.Contains(err.Error(), "张三") || strings.Contains(err.Error(), sdkPerson.IDNo)) {
			t.Errorf("%s: the error has something personal: %v", name, err)
		}
	}
}

// TestFindPersonAnswers: only errCode 0 without an account says for certain that there is none.
func TestFindPersonAnswers(t *testing.T) {
	for name, row := range map[string]struct {
		status  int
		body    string
		id      string
		certain bool
		code    string
		class   failure.Class // of the error, "" for none
	}{
		"found":      {200, `{"errCode":0,"accountId":"A1","name":"张三","idNo":"1","accountType":"PERSON"}`, "A1", false, "", ""},
		"none":       {200, `{"errCode":0,"msg":"成功"}`, "", true, "", ""},
		"a code":     {200, `{"errCode":1500011,"msg":"账号不存在"}`, "", false, "1500011", ""},
		"a bug":      {200, `{"errCode":1011}`, "", false, "", failure.Refused},
		"server":     {503, ``, "", false, "", failure.Retry},
		"not JSON":   {200, `<html>`, "", false, "", failure.Retry},
		"other page": {404, `x`, "", false, "", failure.Operator},
	} {
		got, err := sdkAnswering(t, row.status, row.body).FindPerson(t.Context(), sdkPerson.IDNo, esign.IDMainland)
		if row.class != "" {
			if d := failure.Of(err, false); d.Class != row.class || d.Operation != "FindPerson" {
				t.Errorf("%s: got %+v, want class %s", name, d, row.class)
			}
			continue
		}
		if err != nil || got.ID != row.id || got.Certain != row.certain || got.Code != row.code {
			t.Errorf("%s: got %q certain %t code %q, %v", name, got.ID, got.Certain, got.Code, err)
		}
	}
}

// TestSDKCannotConnect: what was not sent can be sent again, also a call that must not take effect twice.
func TestSDKCannotConnect(t *testing.T) {
	service := httptest.NewServer(http.NotFoundHandler())
	sdk, err := esign.NewSDK(esign.SDKConfig{BaseURL: service.URL})
	if err != nil {
		t.Fatal(err)
	}
	service.Close()
	if _, err := sdk.AddPerson(t.Context(), sdkPerson); failure.Of(err, true).Class != failure.Retry {
		t.Errorf("got %v, want it repeated", err)
	}
	var e *esign.Error
	if err := sdk.Probe(t.Context()); !errors.As(err, &e) || e.Kind != esign.KindNetwork {
		t.Errorf("got %v, want no answer", err)
	}
	if _, err := esign.NewSDK(esign.SDKConfig{BaseURL: "http://sdk.example.com"}); err == nil {
		t.Error("plain http to another machine was accepted")
	}
}
