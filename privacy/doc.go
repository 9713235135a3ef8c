// Package privacy holds the one table of facts about personal data: what is kept, where and how, until when by which
// setting, who sees it and who receives it. The tables of docs/data.md and docs/data.zh.md are made of it, and tests
// hold it to the database, to the case, to the consent text and to the settings. It is pure and imports nothing of ours.
//
// In reading order: facts.json (the table), facts.go (its types), consent.go (which sentences of the consent text
// follow from it under which settings), markdown.go (the tables of the pages).
package privacy
