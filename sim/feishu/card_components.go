package feishu

// component describes one tag: its properties besides tag, element_id and margin, and the required ones.
type component struct {
	props       map[string]rule
	need        []string
	container   bool // counts for the nesting limit
	interactive bool // needs a name inside a form
	rootOnly    bool
	also        func(v *validator, path string, o map[string]any, at place)
}

// retired lists the tags of card JSON 1.0 that 2.0 refuses with a code of its own.
var retired = map[string]bool{"action": true, "note": true}

var components map[string]component

func init() {
	components = map[string]component{}
	addContainers()
	addDisplays()
	addInteractives()
}
