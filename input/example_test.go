package input_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/statussync/statussync/input"
)

// A file with the columns of Intune's report, but for the app, is read row by row. The second row is not valid.
func Example() {
	dir, err := os.MkdirTemp("", "input")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "users.csv")
	_ = os.WriteFile(path, []byte("id;UserName;UserPrincipalName;InstalledCount;FailedCount;NotInstalledCount\n"+
		"1;Ann Ek;ann@contoso.example;2;0;0\n"+
		"2;Ben Ek;ben@contoso.example;two;0;0\n"), 0o600)

	r, err := input.Open(input.Source{Name: "users.csv", Path: path},
		input.Options{App: "0f1e2d3c-0000-4000-8000-00000000000a"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = r.Close() }()
	for rec, err := r.Next(); err != io.EOF; rec, err = r.Next() {
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, p := range rec.Problems {
			fmt.Printf("line %d, column %d: %s\n", p.Line, p.Column, p.Text)
		}
		if len(rec.Problems) == 0 {
			fmt.Printf("line %d: %s, installed on %d\n", rec.Line, rec.UserPrincipalName, rec.Installed)
		}
	}
	// Output:
	// line 2: ann@contoso.example, installed on 2
	// line 3, column 30: installedDeviceCount "two" is not a whole number in plain digits
}

// Every flaw of a file is found, each with its line and column, and the rest of the rows can be used.
func ExampleOpen() {
	r, err := input.Open(input.Source{Name: "flawed.csv", Path: "testdata/flawed.csv"}, input.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	valid := 0
	for {
		rec, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		if len(rec.Problems) == 0 {
			valid++
		}
		for _, p := range rec.Problems {
			fmt.Printf("flawed.csv:%d:%d: %s\n", p.Line, p.Column, p.Text)
		}
	}
	fmt.Println(valid, "rows are valid")
	// Output:
	// flawed.csv:4:115: installedDeviceCount "5.0" is not a whole number in plain digits
	// flawed.csv:7:1: mobileAppId "3b1f7c52-8a44-4f0e-9d1b" is not a GUID of the form 8-4-4-4-12
	// flawed.csv:9:123: failedDeviceCount "2147483648" is more than 2147483647, the largest Int32
	// flawed.csv:11:38: id is empty
	// flawed.csv:13:115: installedDeviceCount "+5" is not a whole number in plain digits
	// flawed.csv:15:122: notInstalledDeviceCount "System.Object[]" is the name of a type that PowerShell wrote instead
	// flawed.csv:17:85: userPrincipalName is empty
	// flawed.csv:19:1: the record has 6 cells, the header has 8
	// flawed.csv:24:38: id ".." cannot stand as one segment of an address
	// 15 rows are valid
}
