package bot

import (
	_ "embed"
	"encoding/json"
)

// ScopesFile is the JSON file for the developer console's import (权限管理 › 批量导入/导出权限).
//
//go:embed scopes.json
var ScopesFile []byte

// Scopes lists the scopes in ScopesFile.
func Scopes() []string {
	var list struct {
		Scopes struct {
			Tenant []string `json:"tenant"`
		} `json:"scopes"`
	}
	if err := json.Unmarshal(ScopesFile, &list); err != nil {
		panic(err) // the file is embedded in the program
	}
	return list.Scopes.Tenant
}
