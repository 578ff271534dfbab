package origin

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"
)

// A File is one that an origin has.
type File struct {
	Name     string    // slash-separated; where it is to be in the folder
	Key      string    // what the origin itself calls it
	Mark     string    // another one for another content, "" where nobody can tell
	Size     int64     // bytes, 0 where it is not known beforehand
	Modified time.Time // zero where it is not known
}

// Wants tells whether a file of this name and size is read at all. An error
// says why one that is wanted cannot be.
type Wants func(name string, size int64) (bool, error)

// A Folder is where an origin brings its files. Files in it are replaced and
// never written in place. Names that begin with a dot are the origin's own, for
// what it wants to remember.
type Folder struct {
	root   *os.Root
	marks  map[string]mark
	missed Missed
}

// A mark is what is remembered of a file that was brought.
type mark struct {
	Mark string `json:"mark"`
	Size int64  `json:"size"` // in the folder; where it is another one the file is not whole
}

const (
	marksFile = ".marks.json"
	partFile  = ".part" // of the file that is being brought
)

// Bring has fill bring files into the folder at an absolute path, which it makes
// for its owner alone. Its error is that of fill, or a [Missed] where some files
// were missed.
func Bring(path string, fill func(*Folder) error) error {
	f, err := open(path)
	if err != nil {
		return err
	}
	if err = fill(f); err == nil {
		err = f.missed.orNil()
	}
	if failed := f.close(); failed != nil {
		return errors.Join(err, failed) // and no Missed: without its marks nothing is complete
	}
	return err
}

func open(folder string) (*Folder, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	f := &Folder{root: root, marks: map[string]mark{}}
	if data, err := root.ReadFile(marksFile); err == nil {
		_ = json.Unmarshal(data, &f.marks) // without marks everything is brought again
	}
	return f, nil
}

// close writes down what was brought, also where a fetch broke off, so that the
// next one goes on from there.
func (f *Folder) close() error {
	data, err := json.Marshal(f.marks)
	if err == nil {
		err = f.put(marksFile, strings.NewReader(string(data)))
	}
	return errors.Join(err, f.root.Close())
}

// Expect makes room for what the origin has: it takes out what is not in the
// list, and returns the files that are wanted and not here yet. It is called
// with the whole list, and with no other.
func (f *Folder) Expect(list []File, wants Wants) (missing []File, err error) {
	files := f.wanted(list, wants)
	if err := f.prune(files); err != nil {
		return nil, err
	}
	for _, file := range files {
		if file.Mark == "" || f.Mark(file.Name) != file.Mark {
			missing = append(missing, file)
		}
	}
	return missing, nil
}

// wanted returns the files of a list that can be kept and are read. Of two that
// would be in each other's place, one is missed.
func (f *Folder) wanted(list []File, wants Wants) []File {
	folders := map[string]bool{}
	for _, file := range list {
		for up := path.Dir(file.Name); up != "." && up != "/" && !folders[up]; up = path.Dir(up) {
			folders[up] = true
		}
	}
	taken := map[string]bool{}
	var files []File
	for _, file := range list {
		if isHidden(file.Name) {
			continue
		}
		yes, problem := wants(file.Name, file.Size)
		if !yes {
			continue
		}
		name, err := clean(file.Name)
		switch {
		case err != nil:
			problem = err
		case folders[file.Name]:
			problem = errors.New("a folder has the same name; rename one of them")
		case taken[name]:
			problem = errors.New("two files have this name; rename one of them")
		}
		if problem != nil {
			f.Miss(file.Name, problem)
			continue
		}
		taken[name], file.Name = true, name
		files = append(files, file)
	}
	return files
}

// prune removes what is not among files, and the folders that are empty then.
func (f *Folder) prune(files []File) error {
	isFolder := map[string]bool{} // of each name that stays
	for _, file := range files {
		isFolder[file.Name] = false
		for up := path.Dir(file.Name); up != "." && !isFolder[up]; up = path.Dir(up) {
			isFolder[up] = true
		}
	}
	var gone []string
	err := fs.WalkDir(f.root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == ".":
			return nil
		case isHidden(name) && entry.IsDir():
			return fs.SkipDir
		case isHidden(name):
			return nil
		}
		if folder, stays := isFolder[name]; stays && folder == entry.IsDir() {
			return nil
		}
		gone = append(gone, name)
		if entry.IsDir() {
			return fs.SkipDir
		}
		return nil
	})
	for _, name := range gone {
		err = errors.Join(err, f.root.RemoveAll(name))
	}
	for name := range f.marks {
		if folder, stays := isFolder[name]; !stays || folder {
			delete(f.marks, name)
		}
	}
	return err
}

// Mark returns the mark that a file was brought with, or "" where it is not
// here, or not whole.
func (f *Folder) Mark(name string) string {
	m, known := f.marks[name]
	if !known {
		return ""
	}
	if info, err := f.root.Lstat(name); err != nil || !info.Mode().IsRegular() || info.Size() != m.Size {
		return ""
	}
	return m.Mark
}

// Drop takes out a file that is gone although it was listed.
func (f *Folder) Drop(name string) error {
	delete(f.marks, name)
	if err := f.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Miss notes that a file, or a part of the origin, could not be brought.
func (f *Folder) Miss(name string, reason error) { f.missed = append(f.missed, Miss{name, reason}) }

// Empty makes folder an empty one, for an origin that brings everything anew.
func Empty(folder string) error {
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	return os.MkdirAll(folder, 0o700)
}
