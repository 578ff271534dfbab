// Package origin is what the origins of documents have in common: the folder
// that they bring files into, what is known of those that are there already,
// and the error that says which could not be brought. Each kind of origin is a
// package of its own below.
//
//	err := origin.Bring(path, func(folder *origin.Folder) error {
//		missing, err := folder.Expect(list, wants) // takes out what is in no list
//		for _, f := range missing {
//			err = folder.Put(f, content(f.Key))
//		}
//		return err
//	})
package origin
