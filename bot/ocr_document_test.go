package bot

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"shiming/idcard"
)

func TestReadDocument(t *testing.T) {
	t.Parallel()
	for kind, key := range map[idcard.Document]string{
		idcard.HKMTravelPermit: "hkm_mainland_travel_permit",
		idcard.TWTravelPermit:  "tw_mainland_travel_permit",
		idcard.Passport:        "chinese_passport",
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			refused, answer := true, `{"`+key+`":{"entities":[{"type":"full_name_cn","value":"张三"},{"type":"sex","value":"M"}]}}`
			f.handle("POST /open-apis/document_ai/v1/"+key+"/recognize", func(w http.ResponseWriter, r *http.Request) {
				if name, content := fileOf(t, r, "file"); name != "document.jpg" || content != "jpeg bytes" {
					t.Errorf("got the file %q: %q, want %q, %q", name, content, "document.jpg", "jpeg bytes")
				}
				if refused { // the second attempt must carry the picture again
					refused = false
					answerCode(w, 400, 99991663)
					return
				}
				ok(w, answer)
			})
			c := f.client(t)
			var surprises []string
			c.surprised = func(op, what string) { surprises = append(surprises, op+" "+what) }
			sent := 0
			got, err := c.ReadDocument(t.Context(), kind, []byte("jpeg bytes"), func() { sent++ })
			want := []idcard.Entity{{Type: "full_name_cn", Value: "张三"}, {Type: "sex", Value: "M"}}
			if err != nil || !slices.Equal(got, want) || sent == 0 {
				t.Errorf("got %d entities, %v, sent %d times; want %d", len(got), err, sent, len(want))
			}
			unknown := "document_ai." + key + ".recognize unknown_field:data." + key + ".entities.sex"
			if !slices.Equal(surprises, []string{unknown}) {
				t.Errorf("got the surprises %q, want %q", surprises, unknown)
			}
			answer = `{}`
			var api *APIError
			_, err = c.ReadDocument(t.Context(), kind, []byte("jpeg bytes"), func() {})
			if !errors.As(err, &api) || !api.Temporary() {
				t.Errorf("got %v without a result, want a temporary failure", err)
			}
		})
	}
	if _, err := newFake(t).client(t).ReadDocument(t.Context(), idcard.PermanentResidence, nil, nil); err == nil {
		t.Error("got no error for a kind without an OCR, want one")
	}
}
