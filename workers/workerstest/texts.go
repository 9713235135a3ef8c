package workerstest

import (
	"encoding/json"
	"os"
	"sync"
)

// catalogue is every text that people read, by id.
var catalogue = sync.OnceValue(func() map[string]struct{ ZH, EN string } {
	raw, err := os.ReadFile("../cards/texts.json")
	if err != nil {
		panic(err)
	}
	out := map[string]struct{ ZH, EN string }{}
	if err := json.Unmarshal(raw, &out); err != nil {
		panic(err)
	}
	return out
})
