package specimen

import (
	"slices"
	"strings"
)

// misreadings is what the OCR makes of a photo instead of what it shows, by the name that Variant.Misread gives. They
// play what real cards and a real OCR give and drawn cards do not. A misreading without a field to change changes
// nothing.
var misreadings = map[string]func([]Entity) []Entity{
	"digit":    reads("identity_code", func(v string) string { return v[:14] + string('0'+(v[14]-'0'+1)%10) + v[15:] }),
	"cut_off":  reads("identity_code", func(v string) string { return v[:17] }),
	"letter":   reads("identity_code", func(v string) string { return "B" + v[1:] }),
	"small_x":  reads("identity_code", strings.ToLower),
	"dot":      reads("identity_name", func(v string) string { return strings.ReplaceAll(v, "·", "•\n") }),
	"gender":   reads("gender", func(string) string { return "?" }),
	"birth":    reads("birth", func(v string) string { return strings.Replace(v, "年", "", 1) }),
	"validity": reads("valid_date_end", func(string) string { return "20I6.01.01" }),
	// A real OCR gave the whole period as its end.
	"period": func(all []Entity) []Entity {
		from := ""
		for _, e := range all {
			if e.Type == "valid_date_start" {
				from = e.Value
			}
		}
		return reads("valid_date_end", func(v string) string { return from + "-" + v })(all)
	},
	"page_number": func(all []Entity) []Entity {
		other := func(v string) string { return v[:len(v)-1] + string('0'+(v[len(v)-1]-'0'+1)%10) }
		return reads("passport_number", other)(reads("card_number", other)(all))
	},
	"page_expiry":  reads("date_of_expiry", func(string) string { return "01/02/33" }), // which is the day?
	"page_no_name": reads("full_name_cn", func(string) string { return "" }),
	"city_office":  reads("issued_by", func(v string) string { return v[:strings.Index(v, "公安局")+len("公安局")] }),
	"two_cards": func(all []Entity) []Entity {
		for _, e := range all {
			if e.Type == "identity_code" {
				return append(all, Entity{"identity_name", "样乙"}, Entity{"identity_code", withCheckDigit(e.Value[:14] + "999")})
			}
		}
		return all
	},
}

// reads returns a misreading of one field.
func reads(kind string, change func(string) string) func([]Entity) []Entity {
	return func(all []Entity) []Entity {
		if i := slices.IndexFunc(all, func(e Entity) bool { return e.Type == kind }); i >= 0 {
			all[i].Value = change(all[i].Value)
		}
		return all
	}
}

// misread applies the misreadings of a photo, by their names with blanks between them.
func misread(names string, all []Entity) []Entity {
	for _, name := range strings.Fields(names) {
		if f := misreadings[name]; f != nil {
			all = f(all)
		}
	}
	return all
}
