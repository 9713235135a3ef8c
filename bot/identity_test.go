package bot

import (
	"errors"
	"net/http"
	"slices"
	"testing"
)

// TestRecordIdentityByOtherIDs: the directory gives the person's id of the configured type. Without it nothing is
// written.
func TestRecordIdentityByOtherIDs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ idType, user, want string }{
		{"union_id", `{"open_id":"ou_1","union_id":"on_1","user_id":"e1"}`, "on_1"},
		{"user_id", `{"open_id":"ou_1","union_id":"on_1","user_id":"e1"}`, "e1"},
		{"user_id", `{"open_id":"ou_1","union_id":"on_1"}`, ""},
	} {
		t.Run(tt.idType+" "+tt.want, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.handle("GET /open-apis/contact/v3/users/ou_1", func(w http.ResponseWriter, _ *http.Request) {
				ok(w, `{"user":`+tt.user+`}`)
			})
			f.handle("POST /open-apis/human_authentication/v1/identities", func(w http.ResponseWriter, r *http.Request) {
				got := r.URL.Query()
				if tt.want == "" || got.Get("user_id") != tt.want || got.Get("user_id_type") != tt.idType {
					t.Errorf("got the query %v, want %s %q", got, tt.idType, tt.want)
				}
				ok(w, `{"verify_uid":"v1"}`)
			})
			c := f.client(t)
			c.userIDType = tt.idType
			uid, err := c.RecordIdentity(t.Context(), "ou_1", "张三", "11010119900101123X", "")
			if tt.want != "" {
				if uid != "v1" || err != nil {
					t.Errorf("got %q, %v, want v1", uid, err)
				}
				return
			}
			var refused *APIError
			if !errors.As(err, &refused) || refused.Class() != ClassPermission || refused.MaybeApplied() ||
				!slices.Equal(refused.Scopes(), []string{scopeUserID}) {
				t.Errorf("got %v, want the missing scope %s and nothing applied", err, scopeUserID)
			}
		})
	}
}
