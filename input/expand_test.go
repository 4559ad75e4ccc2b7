package input

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		opt  Options
		text string
	}{
		{Options{Format: "xml"}, `"xml" is neither csv nor json`},
		{Options{Delimiter: ":"}, `":" is none of`},
		{Options{Delimiter: ",;"}, `",;" is none of`},
		{Options{Encoding: "latin-2"}, `"latin-2" is neither`},
		{Options{App: "{" + app + "}"}, "not a GUID"},
		{Options{Columns: map[string]string{"upn": "x"}}, `the field "upn"`},
		{Options{Columns: map[string]string{"id": " "}}, `the name " "`},
		{Options{Columns: map[string]string{"id": "_statussync_line"}}, "which no column has"},
		{Options{Columns: map[string]string{"id": "Key", "userName": "key"}}, "for two fields, id and userName"},
	} {
		got := read(t, names, test.opt).refusal(t)
		if !strings.Contains(got.Text, test.text) || got.Error() != got.Text {
			t.Errorf("%+v: got %v", test.opt, got)
		}
	}
}

func TestFilesThatAreNone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := Open(Source{Name: "gone.csv", Path: filepath.Join(dir, "gone.csv")}, Options{})
	if !errors.Is(err, fs.ErrNotExist) || err.Error() != "gone.csv: cannot be opened: no such file or directory" {
		t.Errorf("missing: %v", err)
	}
	_, err = Open(Source{Name: "folder", Path: dir}, Options{})
	if err == nil || err.Error() != "folder: cannot be read: is a directory" {
		t.Errorf("folder: %v", err)
	}
}

func TestExpand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"b.csv", "a.csv", "c.json", "odd[1].csv"} {
		if err := os.WriteFile(at(name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(at("d.csv"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args, want []string
		text       string
	}{
		{[]string{at("b.csv"), "-", at("a.csv")}, []string{at("b.csv"), "-", at("a.csv")}, ""},
		{[]string{at("[ab].csv")}, []string{at("a.csv"), at("b.csv")}, ""},
		{[]string{at("*.csv"), at("c.json")}, []string{at("a.csv"), at("b.csv"), at("odd[1].csv"), at("c.json")}, ""},
		{[]string{at("odd[1].csv")}, []string{at("odd[1].csv")}, ""},
		{[]string{at("gone.csv")}, nil, "there is no such file"},
		{[]string{"nosuch*.tsv"}, nil, `no file matches the pattern "nosuch*.tsv"`},
		{[]string{at("[.csv")}, nil, "neither a file nor a pattern"},
		{[]string{dir}, nil, "is a folder"},
		{[]string{at("a.csv/b.csv")}, nil, "cannot be opened: not a directory"},
		{[]string{"-", "-"}, nil, "can be read only once"},
	} {
		got, err := Expand(test.args)
		var refusal *Error
		switch {
		case test.text == "" && (err != nil || !slices.Equal(got, test.want)):
			t.Errorf("%q: got %q, %v", test.args, got, err)
		case test.text != "" && (!errors.As(err, &refusal) || !strings.Contains(refusal.Text, test.text)),
			test.text != "" && strings.HasPrefix(refusal.Error(), ":"):
			t.Errorf("%q: got %q, %v", test.args, got, err)
		}
	}
}
