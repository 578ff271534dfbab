package git

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"bureau/ingest/origin"
)

// linkMark is the mark of a symbolic link, which is missed and never brought.
const linkMark = "link"

// parse reads one line of ls-tree: mode, type, object, size and name. It is no
// file where it is empty, or a submodule.
func parse(line string) (file origin.File, ok bool, err error) {
	if line == "" {
		return origin.File{}, false, nil
	}
	head, name, found := strings.Cut(line, "\t")
	fields := strings.Fields(head)
	if !found || len(fields) != 4 {
		return origin.File{}, false, fmt.Errorf("git lists %.100q, which is no file", line)
	}
	mode, object := fields[0], fields[2]
	file = origin.File{Name: name, Key: object, Mark: object}
	switch mode {
	case "120000":
		file.Mark = linkMark
		return file, true, nil
	case "100644", "100755", "100664":
		file.Size, err = strconv.ParseInt(fields[3], 10, 64)
		return file, err == nil, err
	}
	return origin.File{}, false, nil
}

// copy writes the contents of the files into the folder, one after the other
// out of one process of git.
func (r *Repository) copy(ctx context.Context, repository string, f *origin.Folder, files []origin.File) (err error) {
	var contents []origin.File
	for _, file := range files {
		if file.Mark != linkMark {
			contents = append(contents, file)
			continue
		}
		f.Miss(file.Name, origin.ErrLink)
		if err := f.Drop(file.Name); err != nil {
			return err
		}
	}
	if len(contents) == 0 {
		return nil
	}
	command, said := r.command(ctx, repository, nil, "cat-file", "--batch")
	in, err := command.StdinPipe()
	if err != nil {
		return err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return absent(err)
	}
	reader := bufio.NewReader(out)
	for _, file := range contents {
		if err = copyOne(f, file, in, reader); err != nil {
			break
		}
	}
	if err != nil {
		_ = command.Cancel()
		_ = command.Wait() // it was killed
		return errors.Join(err, ctx.Err())
	}
	if err := errors.Join(in.Close(), command.Wait()); err != nil {
		return failed("cat-file", said, err)
	}
	return nil
}

// copyOne asks git for a content and writes it into the folder.
func copyOne(f *origin.Folder, file origin.File, in io.Writer, out *bufio.Reader) error {
	if _, err := fmt.Fprintln(in, file.Key); err != nil {
		return err
	}
	head, err := out.ReadString('\n')
	if err != nil {
		return fmt.Errorf("git ended before %s: %w", file.Name, err)
	}
	var object, kind string
	var size int64
	if _, err := fmt.Sscanf(head, "%s %s %d\n", &object, &kind, &size); err != nil || object != file.Key || kind != "blob" {
		return fmt.Errorf("git has no content of %s: %.100q", file.Name, head)
	}
	if err := f.Put(file, origin.Whole(io.LimitReader(out, size), size)); err != nil {
		return err
	}
	_, err = out.ReadByte() // the end of its line
	return err
}
