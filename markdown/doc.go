// Package markdown reads the Markdown of answers and documents into a tree.
//
// It is CommonMark with tables and strikethrough, and three differences: HTML
// is text, addresses are not turned into links, and * and _ know Chinese. Every
// front door renders from this one tree, so that an answer looks alike wherever
// it is read.
//
//	root := markdown.Parse(source)
package markdown
