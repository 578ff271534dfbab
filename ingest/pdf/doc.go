// Package pdf reads PDF documents as text in reading order, with the page that
// each part of it stands on.
//
// The file is parsed by PDFium, compiled to WebAssembly and run by wazero: a
// hostile file is confined to the memory of its own instance, which sees no
// file, no network and no environment, is thrown away after the file, and can
// be stopped at any moment.
//
//	reader := pdf.New(pdf.Config{Cache: folder})
//	defer reader.Close()
//	text, err := reader.Read(ctx, data, format.Default)
//
// A PDF says where glyphs stand, not what they mean, so the rest is found here,
// from the inside out: runs of glyphs (runs.go) are put into columns
// (columns.go), lines (lines.go), tables (tables.go) and paragraphs
// (paragraphs.go, flow.go); what repeats at the edges of most pages is dropped
// (furniture.go); headings are those of the outline or, where there is none,
// those of larger type (headings.go). Every run ends up in the text or among
// the repeated ones: a wrong guess moves text, it never loses any.
package pdf
