package origin

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
)

// Put writes a file that Expect returned in the place of what is there. Where
// content ends with an error, or ends too early, what is there stays.
func (f *Folder) Put(file File, content io.Reader) error {
	counted := &counter{r: content}
	if err := f.put(file.Name, counted); err != nil {
		return fmt.Errorf("bring %s: %w", file.Name, err)
	}
	f.marks[file.Name] = mark{file.Mark, counted.n}
	if file.Modified.IsZero() {
		return nil
	}
	return f.root.Chtimes(file.Name, file.Modified, file.Modified)
}

// put writes a file beside its place and then puts it there.
func (f *Folder) put(name string, content io.Reader) error {
	if err := f.root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return err
	}
	part, err := f.root.OpenFile(partFile, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(part, content)
	if err = errors.Join(err, part.Close()); err != nil {
		return errors.Join(err, f.root.Remove(partFile))
	}
	return f.root.Rename(partFile, filepath.FromSlash(name))
}

// A counter counts what is read through it.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// Whole returns a content that ends with an error unless it has size bytes.
func Whole(content io.Reader, size int64) io.Reader { return &whole{content, size, size} }

// A whole is a content whose size was said before.
type whole struct {
	r          io.Reader
	size, left int64 // bytes
}

func (w *whole) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if w.left -= int64(n); w.left < 0 || w.left > 0 && errors.Is(err, io.EOF) {
		return n, fmt.Errorf("it is not as long as it was listed, %d bytes", w.size)
	}
	return n, err
}
