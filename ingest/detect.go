package ingest

import (
	"bytes"
	"fmt"
	"path"
	"strings"
)

// A fileFormat is a way of writing documents that a Reader reads.
type fileFormat int

const (
	formatText fileFormat = iota
	formatMarkdown
	formatHTML
	formatCSV
	formatPDF
	formatDOCX
	formatPPTX
	formatXLSX
	formatODT
	formatODP
	formatODS
	formatEPUB
	formatEML
)

// isText reports whether a file of the format is text with a front matter.
func (f fileFormat) isText() bool { return f <= formatHTML }

// formats are the formats by the extension of the file's name. A name without
// an extension (README, LICENSE) is plain text.
var formats = map[string]fileFormat{
	"":          formatText,
	".txt":      formatText,
	".text":     formatText,
	".md":       formatMarkdown,
	".markdown": formatMarkdown,
	".html":     formatHTML,
	".htm":      formatHTML,
	".xhtml":    formatHTML,
	".csv":      formatCSV,
	".tsv":      formatCSV,
	".pdf":      formatPDF,
	".docx":     formatDOCX,
	".docm":     formatDOCX,
	".pptx":     formatPPTX,
	".pptm":     formatPPTX,
	".xlsx":     formatXLSX,
	".xlsm":     formatXLSX,
	".odt":      formatODT,
	".odp":      formatODP,
	".ods":      formatODS,
	".epub":     formatEPUB,
	".eml":      formatEML,
}

// IsText reports whether the name of a file promises text, which is read without
// unpacking anything.
func IsText(name string) bool {
	f, err := formatOf(name)
	return err == nil && f.isText()
}

// formatOf returns the format that the name of a file promises.
func formatOf(name string) (fileFormat, error) {
	extension := strings.ToLower(path.Ext(name))
	f, known := formats[extension]
	if !known {
		return 0, fmt.Errorf("%w: %s; save it as PDF, Word, Excel, PowerPoint, OpenDocument, EPUB, HTML, Markdown, CSV or plain text", ErrUnsupported, extension)
	}
	return f, nil
}

// A signature is how the bytes of a kind of file begin.
type signature struct {
	magic  string
	kind   string
	remedy string
}

const (
	saveAsText = "export it as Markdown, HTML or plain text"
	takeOut    = "take it out of the folder or exclude it"
)

// signatures are the files that people put beside their documents and that
// are not text.
var signatures = []signature{
	{"%PDF-", "a PDF document", "name it .pdf"},
	{"PK\x03\x04", "a Word, Excel, PowerPoint or zip file", "name it .docx, .xlsx or .pptx, or unpack it"},
	{"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an old Word, Excel or PowerPoint file", "save it as .docx, .xlsx or .pptx"},
	{`{\rtf`, "a rich text (RTF) document", saveAsText},
	{"%!PS", "a PostScript document", saveAsText},
	{"\x7fELF", "a program", takeOut},
	{"\x89PNG", "a PNG image", takeOut},
	{"\xFF\xD8\xFF", "a JPEG image", takeOut},
	{"GIF87a", "a GIF image", takeOut},
	{"GIF89a", "a GIF image", takeOut},
	{"RIFF", "a sound, video or WebP image", takeOut},
	{"\x1f\x8b", "a gzip archive", takeOut},
	{"7z\xBC\xAF\x27\x1C", "a 7-Zip archive", takeOut},
	{"Rar!\x1a\x07", "a RAR archive", takeOut},
	{"SQLite format 3\x00", "a database", takeOut},
}

// refuseBinary returns ErrBinary with the kind of file where data is not text
// in any encoding. NUL bytes are left to decode: UTF-16 is full of them.
func refuseBinary(data []byte) error {
	for _, s := range signatures {
		if bytes.HasPrefix(data, []byte(s.magic)) {
			return fmt.Errorf("%w: this is %s; %s", ErrBinary, s.kind, s.remedy)
		}
	}
	return nil
}
