// Package office reads the files of office programs: Word, PowerPoint and
// Excel in their XML formats, the OpenDocument formats, and CSV.
//
// Each reader is a pure function from the bytes of one file to a [format.Text].
// It reads what a person who opens the file sees: tracked changes as accepted,
// no comments, no hidden text, rows, columns, sheets or slides, no headers and
// footers. What is left out of what somebody may look for is in the warnings.
//
// A file is hostile until it is read. Parts are unpacked as a stream that stops
// at [format.Limits], XML has no entities but its own five, nothing outside the
// file is ever opened, and text is escaped so that it cannot become structure.
// A file that cannot be read whole gives an error and no text: half a table
// would answer "there is no such row" as if that were true.
package office
