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

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

const (
	maxToken       = 64 << 10 // bytes of a token's or secret's file; tokens of Entra ID have some 2,000
	maxCertificate = 1 << 20  // bytes of a certificate's file
)

// NewFile returns the source of a token in the file at path. It is read when a token is first asked for, and again when
// the service has refused what it held; so whoever renews the token replaces the file.
func NewFile(path string) *Source { return newSource(watched{"token", path}, fileToken(path)) }

func fileToken(path string) func(context.Context, string) (azcore.AccessToken, error) {
	return func(context.Context, string) (azcore.AccessToken, error) {
		text, err := readWord(path, "token")
		return azcore.AccessToken{Token: text}, err
	}
}

// readWord returns all that the file at path holds, without blanks around it. what names it in an *Error.
func readWord(path, what string) (string, error) {
	origin := fmt.Sprintf("the %s in the file %q", what, path)
	alone := "the file must hold the " + what + ` alone, as plain text without "Bearer"`
	text, err := readFile(path, origin, maxToken)
	if err != nil {
		return "", err
	}
	text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\ufeff")))
	switch {
	case len(text) == 0:
		return "", &Error{Text: origin + " is empty", HintText: alone}
	case !plain(text):
		return "", &Error{Text: origin + " holds characters that no " + what + " has", HintText: alone}
	}
	return string(text), nil
}

// readFile reads a regular file of at most limit bytes. origin is how an *Error begins.
func readFile(path, origin string, limit int64) ([]byte, error) {
	info, err := os.Stat(path) // before it is opened: opening a pipe waits for its writer
	if err == nil && !info.Mode().IsRegular() {
		return nil, &Error{Text: origin + " cannot be read: it is not a regular file",
			HintText: "give a file that can be read again when it has been renewed"}
	}
	var text []byte
	if err == nil {
		text, err = readAtMost(path, limit+1)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &Error{Text: origin + " cannot be read: there is no such file",
			HintText: "check the path, or write the file there", Err: err}
	case errors.Is(err, fs.ErrPermission):
		return nil, &Error{Text: origin + " cannot be read: permission denied",
			HintText: "give this user the right to read the file", Err: err}
	case err != nil:
		return nil, &Error{Text: origin + " cannot be read: " + cause(err), Err: err}
	case int64(len(text)) > limit:
		return nil, &Error{Text: fmt.Sprintf("%s is longer than %d KiB", origin, limit>>10),
			HintText: "check that it is the right file"}
	}
	return text, nil
}

func readAtMost(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, limit))
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

// A watched file is one that only its owner should be able to use, and a group: Kubernetes mounts secrets for the group
// of a pod. The zero watched is none.
type watched struct{ what, path string }

func (w watched) warning() string {
	if w.path == "" || runtime.GOOS == "windows" { // which has no such bits
		return ""
	}
	info, err := os.Stat(w.path)
	if err != nil || info.Mode().Perm()&0o007 == 0 {
		return ""
	}
	return fmt.Sprintf("the %s file %q has mode %04o, so everybody on this machine can use it", w.what, w.path,
		info.Mode().Perm())
}
