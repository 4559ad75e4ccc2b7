package signin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const token = "eyJ0eXAi.c2VjcmV0.c2lnbmF0dXJl"

func tokenFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFile(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"as it is": token, "a line": token + "\n", "CR LF": token + "\r\n", "blanks": " \t" + token + " \n\n",
		"a BOM": "\ufeff" + token + "\n",
	} {
		if got, err := NewFile(tokenFile(t, text)).Token(t.Context(), "", ""); got != token || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	longest := strings.Repeat("a", maxToken)
	if got, err := NewFile(tokenFile(t, longest)).Token(t.Context(), "", ""); got != longest || err != nil {
		t.Errorf("64 KiB: %d bytes, %v", len(got), err)
	}
}

func TestFileRefused(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{
		"nothing": tokenFile(t, ""), "blanks": tokenFile(t, " \r\n"), "two lines": tokenFile(t, token+"\n"+token),
		"with its scheme": tokenFile(t, "Bearer "+token), "UTF-16": tokenFile(t, "\xff\xfee\x00y\x00"),
		"too long": tokenFile(t, strings.Repeat(token, 3000)), "a folder": t.TempDir(),
		"no file": filepath.Join(t.TempDir(), "none"),
	} {
		got, err := NewFile(path).Token(t.Context(), "", "")
		var e *Error
		if got != "" || !errors.As(err, &e) || e.Hint() == "" ||
			!strings.Contains(err.Error(), fmt.Sprintf("%q", path)) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), token) {
			t.Errorf("%s: the error shows the token: %v", name, err)
		}
	}
	if _, err := NewFile(filepath.Join(t.TempDir(), "none")).Token(t.Context(), "", ""); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the cause is lost: %v", err)
	}
}

func TestFileIsReadAgain(t *testing.T) {
	t.Parallel()
	path := tokenFile(t, "one")
	f := NewFile(path)
	step := func(refused, want string) {
		t.Helper()
		if got, err := f.Token(t.Context(), refused, ""); got != want || err != nil {
			t.Errorf("refused %q: %q, %v; want %q", refused, got, err, want)
		}
	}
	step("", "one")
	os.WriteFile(path, []byte("two"), 0o600)
	step("", "one")     // nobody complained
	step("zero", "one") // of an older one
	step("one", "two")  // now
	step("one", "two")  // late
	step("two", "two")  // unchanged
	os.WriteFile(path, []byte("three"), 0o600)
	step("two", "three") // asked again although it had been asked for "two" before
	os.Remove(path)
	if got, err := f.Token(t.Context(), "three", ""); err == nil {
		t.Errorf("the file is gone: %q", got)
	}
	os.WriteFile(path, []byte("four"), 0o600)
	step("", "four")
}

func TestWarning(t *testing.T) {
	t.Parallel()
	path := tokenFile(t, token)
	for mode, warns := range map[fs.FileMode]bool{0o600: false, 0o400: false, 0o700: false, 0o440: false,
		0o660: false, 0o604: true, 0o644: true, 0o602: true} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		w := NewFile(path).Warning()
		if (w != "") != warns || warns && !strings.Contains(w, fmt.Sprintf("%q has mode %04o", path, mode)) {
			t.Errorf("%o: %q", mode, w)
		}
	}
	if w := NewFile(path + "x").Warning(); w != "" {
		t.Errorf("no file: %q", w)
	}
}

func TestStatic(t *testing.T) {
	t.Parallel()
	for _, refused := range []string{"", token} {
		if got, err := NewStatic("x", " "+token+"\n").Token(t.Context(), refused, ""); got != token || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
	for name, s := range map[string]*Source{
		"unset": NewStatic("x", ""), "blank": NewStatic("x", " "),
		"scheme": NewStatic("x", "Bearer "+token),
	} {
		got, err := s.Token(t.Context(), "", "")
		var e *Error
		if got != "" || !errors.As(err, &e) || e.Hint() == "" || strings.Contains(err.Error(), token) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestSecretIsNeverShown(t *testing.T) {
	t.Parallel()
	s := NewSecret(token)
	type hidden struct {
		Public  Secret
		private Secret
		pointer *Secret
	}
	used := NewStatic("x", token)
	used.Token(t.Context(), "", "")
	var out bytes.Buffer
	for _, v := range []any{s, &s, hidden{s, s, &s}, &hidden{s, s, &s}, []Secret{s}, map[string]Secret{"k": s},
		map[Secret]int{s: 1},
		NewFile("x"), NewStatic("x", token), used, Config{Token: s, Secret: s}, errors.New(s.String())} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%08v", "%10.3s",
			"%b", "%o", "%U", "%c", "%p", "%T"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		fmt.Fprintln(&out, v)
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
		if text, err := json.Marshal(v); err == nil {
			out.Write(text)
		}
	}
	for _, form := range []string{token, fmt.Sprintf("%x", token), fmt.Sprintf("%X", token), token[:3]} {
		if strings.Contains(out.String(), form) {
			t.Errorf("%q is shown in\n%s", form, out.String())
		}
	}
	text, err := s.MarshalText()
	if string(text) != Mask || err != nil || s.GoString() != Mask || fmt.Sprintf("%q %x", s, s) != Mask+" "+Mask {
		t.Errorf("text %q, %v; %q", text, err, s)
	}
	if s.Reveal() != token {
		t.Error("the text is not revealed")
	}
	if (Secret{}).Reveal() != "" || fmt.Sprint(Secret{}, NewSecret("")) != " " {
		t.Error("an empty Secret is shown as if it held something")
	}
}
