package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"shiming/config"
	"shiming/shape"
	"shiming/store"
)

// checkSurprises says that the platforms have sent what their published pages do not show, and nothing if they have
// not. Further fields harm nobody.
func (d *Doctor) checkSurprises(ctx context.Context) result {
	inspected, err := d.stored.get(func() (store.Inspection, error) { return store.Inspect(ctx, d.cfg.Store.DSN, nil) })
	if err != nil || len(inspected.Surprises) == 0 {
		return result{}
	}
	serious := 0
	for _, x := range inspected.Surprises {
		if !strings.HasPrefix(x.What, shape.UnknownField+":") {
			serious++
		}
	}
	n := len(inspected.Surprises)
	const list = "shiming check --surprises"
	if serious == 0 {
		return result{outcome: OK, found: Text{
			fmt.Sprintf("平台多给了 %d 个字段，不影响使用；清单：%s", n, list),
			fmt.Sprintf("further fields, which harm nobody: %d; %s lists them", n, list),
		}}
	}
	return result{
		outcome: Warning,
		found: Text{
			fmt.Sprintf("平台实际发来的内容有 %d 处与公开文档不同（另有 %d 个新增字段，不影响使用）", serious, n-serious),
			fmt.Sprintf("differences from their published pages: %d (and further fields, which harm nobody: %d)",
				serious, n-serious),
		},
		remedy: Text{
			"运行 " + list + "，把清单发给开发者；里面只有字段名和错误码，没有个人信息",
			"run " + list + " and send its list to the developers; it holds names of fields and codes, nothing personal",
		},
	}
}

// listFormat is the first line of the list, for whoever reads lists of several versions.
const listFormat = "shiming surprises 1"

// ListSurprises writes what the platforms have sent and their published pages do not show, as lines or as a JSON array.
// It reads the database, which a running serve may use, and asks nobody else. The form is the same in every language.
func ListSurprises(ctx context.Context, w io.Writer, cfg config.Config, asJSON bool) error {
	inspected, err := store.Inspect(ctx, cfg.Store.DSN, nil)
	if err != nil {
		return fmt.Errorf("store.dsn: %w", err)
	}
	all := inspected.Surprises
	if asJSON {
		if all == nil {
			all = []store.Surprise{}
		}
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(all)
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, listFormat) // Flush returns the error
	if len(all) == 0 {
		_, _ = fmt.Fprintln(table, "none")
	} else {
		_, _ = fmt.Fprintln(table, "count\tfirst\tlast\tupstream\toperation\twhat")
	}
	for _, x := range all {
		_, _ = fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\n", x.Count, x.First.Format(time.RFC3339),
			x.Last.Format(time.RFC3339), x.Upstream, x.Operation, x.What)
	}
	return table.Flush()
}
