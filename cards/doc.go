// Package cards turns view structs into Feishu cards (Card JSON 2.0) and back: every view has a method JSON that
// draws it, every button carries an [Action], and [DecodeAction] and [DecodeForm] read what a click brings home. The
// package is pure: no clock, no network, no state; the same view gives the same bytes.
//
// In reading order: view.go names what cards share, one file per card holds its view struct and its builder,
// elements.go and frame.go know the JSON, action.go and form.go read the answers, texts.json holds every word that a
// person sees.
//
// Three promises hold for every card:
//
//   - It can be sent and patched: at most 30 KB and 200 elements, update_multi on, forwarding off. Everything that a
//     stranger can make long is shortened on the way in.
//   - Words of people (OCR results, names, HR's notes) appear as plain_text only, without control characters, and can
//     therefore neither mention nor link nor colour anything.
//   - No card but the owner's own [Confirm] shows a clear ID number or mobile number; what slips into a masked field or a
//     note is masked here once more.
//
// The rules of the format are those of the Feishu pages "卡片 JSON 2.0 结构", "表单容器", "按钮" and "输入框".
package cards
