// Package signin turns credentials into tokens.
//
// [NewFile] reads a bearer token from a file, a [Static] holds one that does not change. Each of them hands
// its token out through a Token method, which is told when a token has been refused. A [Secret] keeps what must not
// be shown.
package signin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
)

const maxToken = 64 << 10 // bytes of a token's file; tokens of Entra ID have some 2,000

// An Error is a token that is not to be had. It holds no part of one.
type Error struct {
	Origin   string // the file or variable
	Text     string
	HintText string
	Err      error // the cause, if any
}

func (e *Error) Error() string { return fmt.Sprintf("the token in %s %s", e.Origin, e.Text) }

// Hint says what to do about it, or is empty.
func (e *Error) Hint() string { return e.HintText }

func (e *Error) Unwrap() error { return e.Err }

// A File is a token in a file. It is read when a token is first asked for, and again when the service has refused
// what it held; so whoever renews the token replaces the file. It is safe for concurrent use.
type File struct {
	path  string
	reads atomic.Uint64

	mu    sync.Mutex
	token Secret
}

// NewFile returns the token source of the file at path, which is not read yet.
func NewFile(path string) *File { return &File{path: path} }

// Token returns the file's token without blanks around it. The file is read again if refused is what was read last,
// once for all who ask at the same time. The error is an *Error.
func (f *File) Token(_ context.Context, refused string) (string, error) {
	return f.since(f.reads.Load(), refused)
}

// since is Token for a caller who came after that many reads.
func (f *File) since(reads uint64, refused string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if token := f.token.Reveal(); token != "" && (token != refused || f.reads.Load() != reads) {
		return token, nil
	}
	token, err := f.read()
	if err != nil {
		return "", err
	}
	f.token = NewSecret(token)
	f.reads.Add(1)
	return token, nil
}

func (f *File) read() (string, error) {
	refuse := func(text, hint string, err error) (string, error) {
		return "", &Error{Origin: fmt.Sprintf("the file %q", f.path), Text: text, HintText: hint, Err: err}
	}
	const alone = `The file must hold the token alone, as plain text without "Bearer".`
	info, err := os.Stat(f.path) // before it is opened: opening a pipe waits for its writer
	if err == nil && !info.Mode().IsRegular() {
		return refuse("cannot be read: it is not a regular file",
			"Give a file that can be read again when the token is renewed.", nil)
	}
	var text []byte
	if err == nil {
		text, err = readFile(f.path)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return refuse("cannot be read: there is no such file", "Check the path, or write the token there.", err)
	case errors.Is(err, fs.ErrPermission):
		return refuse("cannot be read: permission denied", "Give this user the right to read the file.", err)
	case err != nil:
		return refuse("cannot be read: "+cause(err), "", err)
	case len(text) > maxToken:
		return refuse("is longer than 64 KiB", alone, nil)
	}
	text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\ufeff")))
	if len(text) == 0 {
		return refuse("is empty", alone, nil)
	}
	if !plain(text) {
		return refuse("holds characters that no token has", alone, nil)
	}
	return string(text), nil
}

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, maxToken+1))
}

// cause is the error without the path, which stands before it.
func cause(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// plain reports whether all of text is printable ASCII without blanks.
func plain(text []byte) bool {
	for _, c := range text {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}

// Warning says, in one sentence, that others than the owner may read or write the file, or is empty. It looks at
// the file when it is called.
func (f *File) Warning() string {
	info, err := os.Stat(f.path)
	if err != nil || info.Mode().Perm()&0o077 == 0 || runtime.GOOS == "windows" { // which has no such bits
		return ""
	}
	return fmt.Sprintf("the token file %q has mode %04o, so others can use it; 0600 keeps it to its owner", f.path,
		info.Mode().Perm())
}
