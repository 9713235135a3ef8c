package esign

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"testing"
)

// TestAnswersThatDiffer: an answer as the page shows it surprises nobody, and each difference is named without values.
func TestAnswersThatDiffer(t *testing.T) {
	status := func(ctx context.Context, c *Client) { _, _ = c.FileStatus(ctx, "f1") }
	create := func(ctx context.Context, c *Client) { _, _ = c.CreatePersonPoint(ctx, threeElements()) }
	upload := func(ctx context.Context, c *Client) {
		f := File{Name: "a.jpg", Size: 1, MD5: ContentMD5([]byte("x"))}
		_, _ = c.put(ctx, f, []byte("x"))
	}
	const whole = `{"code":0,"message":"成功","data":{"fileId":"f1","fileName":"a.jpg","fileSize":null,"fileStatus":2,` +
		`"fileDownloadUrl":"https://x","fileTotalPageCount":1,"pageWidth":null,"pageHeight":1.5}}`
	for name, tc := range map[string]struct {
		call       func(context.Context, *Client)
		status     int
		body, want string
	}{
		"status":         {status, 200, whole, ""},
		"point":          {create, 200, `{"code":0,"message":null,"data":{"eviPointId":"P1"}}`, ""},
		"further field":  {create, 200, `{"code":0,"data":{"eviPointId":"P1","chain":1}}`, "unknown_field:data.chain"},
		"no id":          {create, 200, `{"code":0,"data":{}}`, "missing_field:data.eviPointId"},
		"no data":        {create, 200, `{"code":0,"data":null}`, "missing_field:data"},
		"id as number":   {create, 200, `{"code":0,"data":{"eviPointId":7}}`, "type:data.eviPointId"},
		"code as text":   {create, 200, `{"code":"0","data":{"eviPointId":"P1"}}`, "type:code"},
		"unknown code":   {create, 200, `{"code":1435999,"message":"x","data":null}`, "unknown_code:1435999"},
		"known code":     {create, 200, `{"code":1435002,"message":"x","data":null}`, ""},
		"gateway":        {create, 401, `{"success":false,"code":401,"message":"INVALID_SIGNATURE"}`, ""},
		"a proxy":        {create, 502, `<html>`, ""},
		"unknown status": {status, 200, `{"code":0,"data":{"fileId":"f1","fileStatus":13}}`, "unknown_code:13"},
		"upload host": {upload, 200, `{"code":0,"data":{"fileId":"f1","fileUploadUrl":"https://a.example.com/x?id=1"}}`,
			"host:a.example.com"},
		"upload without TLS": {upload, 200, `{"code":0,"data":{"fileId":"f1","fileUploadUrl":"http://a.esign.cn/x"}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			c := says(t, tc.status, tc.body).client(t, func(c *Config) {
				c.Surprised = func(op, difference string) {
					if answers[op] == nil && op != "Put" {
						t.Errorf("got the operation %q, want a method", op)
					}
					got = append(got, difference)
				}
			})
			tc.call(t.Context(), c)
			var want []string
			if tc.want != "" {
				want = []string{tc.want}
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestStorageThatDiffers(t *testing.T) {
	for name, tc := range map[string]struct {
		status     int
		body, want string
	}{
		"as published":  {200, `{"errCode":0,"msg":"成功"}`, ""},
		"empty":         {200, ``, ""},
		"further field": {200, `{"errCode":0,"msg":"成功","etag":"x"}`, "unknown_field:etag"},
		"no code":       {200, `{"msg":"x"}`, "missing_field:errCode"},
		"unknown code":  {403, `<Error><Code>TooCold</Code></Error>`, "unknown_code:TooCold"},
		"known code":    {403, `<Error><Code>AccessDenied</Code></Error>`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			var c *Client
			g := newGateway(t, func(w http.ResponseWriter, _ *http.Request, _ []byte) {
				w.WriteHeader(tc.status)
				_, _ = w.Write([]byte(tc.body))
			})
			c = g.client(t, func(c *Config) { c.Surprised = func(_, difference string) { got += difference } })
			body := bytes.Repeat([]byte("x"), 3)
			f := File{Name: "a.jpg", Size: 3, MD5: ContentMD5(body)}
			_ = c.Put(t.Context(), Upload{URL: UploadLink(g.URL + "/put")}, f, body)
			if got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
