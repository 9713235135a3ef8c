// Shiming (实名) is a bot for the real-name registration of employees in Feishu. An employee sends photos of the ID
// card in chat and confirms one card, HR approves with one click, and the bot records the identity in Feishu and the
// evidence at e签宝. This package only runs package cmd, because no other package can import a main package.
package main

import (
	"os"

	"shiming/cmd"
)

func main() { os.Exit(cmd.Main()) }
