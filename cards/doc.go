// Package cards draws Feishu cards (Card JSON 2.0) and decodes clicks on them. Each card has a view struct with a
// method JSON. Each button carries an [Action]. [DecodeAction] and [DecodeForm] read a click. The package is pure: it
// has no clock, no network and no state, and the same view gives the same bytes.
//
// In reading order: view.go declares the types that cards share. Each card has a file with its view struct and its
// builder. elements.go and frame.go build the JSON, action.go and form.go decode clicks, texts.go and texts.json hold
// all texts that people see.
//
// Three rules hold for every card:
//
//   - It can be sent and patched: at most 30 KB and 200 elements, update_multi on, forwarding off. Long input is
//     truncated.
//   - Texts of people and of other systems (OCR results, names, HR's notes) appear as plain_text only, without control
//     characters. They cannot mention, link or colour anything.
//   - Only [Confirm] and [Document], which the applicant alone receives, show clear ID or mobile numbers. In all other
//     texts clear numbers are masked again here.
//
// The rules of the format are those of the Feishu pages "卡片 JSON 2.0 结构", "表单容器", "按钮" and "输入框".
package cards
