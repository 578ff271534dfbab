// Package archive reads files that hold many texts: zip archives, whose
// members are documents of their own, books in EPUB, and exports of records in
// JSON. None of them is trusted: what is unpacked is counted while it is
// unpacked, names are made safe, and a member that cannot be read does not keep
// the others from being read.
//
//	for member, err := range archive.Zip(data, format.Default) {
//		if err != nil {
//			log.Warn("left out", "member", member.Path, "reason", err)
//			continue
//		}
//		…
//	}
package archive
