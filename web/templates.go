package web

import (
	"embed"
	"html/template"
	"net/http"
)

//go:embed templates/*.html
var templateFiles embed.FS

// templates are part of the program, so that a mistake in one panics at start.
var templates = template.Must(template.ParseFS(templateFiles, "templates/*.html"))

//go:embed static/style.css
var styleSheet []byte

// style serves the style sheet.
func (v *visit) style() { v.send(http.StatusOK, "text/css; charset=utf-8", styleSheet) }
