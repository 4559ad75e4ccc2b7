package input

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Expand turns arguments into paths: a path stays, a pattern becomes the files that it matches, in the order of their
// names, and "-", standard input, stays. The error is an *Error for what is not there or not a file.
func Expand(args []string) ([]string, error) {
	var paths []string
	for _, arg := range args {
		if arg == "-" {
			if slices.Contains(paths, arg) {
				return nil, &Error{Name: "stdin", Text: "can be read only once"}
			}
			paths = append(paths, arg)
			continue
		}
		found, err := expand(arg)
		if err != nil {
			return nil, err
		}
		paths = append(paths, found...)
	}
	return paths, nil
}

func expand(arg string) ([]string, error) {
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		hint := "name the files in it, or a pattern such as " + quote(filepath.Join(arg, "*.csv"))
		return nil, &Error{Name: arg, Text: "is a folder, not a file", HintText: hint}
	case err == nil:
		return []string{arg}, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, &Error{Name: arg, Text: "cannot be opened: " + reason(err), Err: err}
	}
	matches, badPattern := filepath.Glob(arg)
	files := slices.DeleteFunc(matches, func(path string) bool {
		info, err := os.Stat(path)
		return err == nil && info.IsDir()
	})
	switch {
	case badPattern != nil:
		return nil, &Error{Name: arg, Text: "is neither a file nor a pattern", Err: badPattern}
	case len(files) == 0 && strings.ContainsAny(arg, "*?["):
		return nil, &Error{Text: "no file matches the pattern " + quote(arg), Err: err}
	case len(files) == 0:
		return nil, &Error{Name: arg, Text: "there is no such file", Err: err}
	}
	return files, nil
}
