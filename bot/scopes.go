package bot

import (
	_ "embed"
	"encoding/json"
)

// ScopesFile is what the developer console imports (权限管理 › 批量导入/导出权限), as JSON.
//
//go:embed scopes.json
var ScopesFile []byte

// Scopes lists the scopes that the console imports.
func Scopes() []string {
	var list struct {
		Scopes struct {
			Tenant []string `json:"tenant"`
		} `json:"scopes"`
	}
	if err := json.Unmarshal(ScopesFile, &list); err != nil {
		panic(err) // a file of the program
	}
	return list.Scopes.Tenant
}
