// Shiming (实名) registers employees by their real name inside Feishu: photos of the ID card
// in chat, one card to confirm, one tap by HR, the identity in Feishu, the evidence with
// e签宝. This package starts package cmd and nothing else: nobody can import what lies here.
package main

import (
	"os"

	"shiming/cmd"
)

func main() { os.Exit(cmd.Main()) }
