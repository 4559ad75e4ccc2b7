package reports

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/statussync/statussync/sync/row"
)

var update = flag.Bool("update", false, "write the golden files in testdata")

// golden compares got with the file of that name in testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test ./reports -update writes it)", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", name, diff)
	}
}

const app = "6f1a2c3d-0000-4000-8000-00000000000a"

var noon = time.Date(2026, 11, 23, 12, 0, 0, 5e6, time.FixedZone("", 3600))

func entry(number int64, input int, line int64, id, raw string, o row.Outcome) Entry {
	o.Row, o.Input, o.Line = number, input, line
	return Entry{
		Row: row.Row{Number: number, Input: input, Line: line, Status: row.Status{
			AppID: app, ID: id, UserName: "Ann", UserPrincipalName: id + "@contoso.example", Installed: 1,
		}},
		Raw: []byte(raw), Outcome: o,
	}
}

func answered(v row.Verdict, status int, code, message string) row.Outcome {
	return row.Outcome{
		Verdict: v, Attempts: 1, At: noon, Duration: 87654 * time.Microsecond,
		Answer: row.Answer{
			HTTPStatus: status, Code: code, Message: message, RequestID: "req-1", ClientRequestID: "client-1",
		},
	}
}

const csvHeader = "mobileAppId;id;userName;userPrincipalName;" +
	"installedDeviceCount;failedDeviceCount;notInstalledDeviceCount"

// sampleInputs and sampleEntries hold a row of every verdict in both formats, with values that want to be dangerous.
func sampleInputs() []Input {
	return []Input{
		{Name: "users.csv", Format: "csv", Header: []byte(csvHeader), Delimiter: ';', Newline: "\r\n", Decoded: true},
		{Name: "more users.jsonl", Format: "json"},
	}
}

func sampleEntries() []Entry {
	record := func(id string) string { return app + ";" + id + ";Ann;" + id + "@contoso.example;1;0;0" }
	object := func(id string) string {
		return `{"mobileAppId":"` + app + `","id":"` + id + `","installedDeviceCount":1}`
	}
	late := answered(row.Failed, 503, "serviceUnavailable", "=cmd|'/c calc'!A1\r\n\x1b[31m")
	late.Retryable, late.Attempts = true, 5
	lost := answered(row.Unknown, 0, "timeout", "")
	lost.RequestID, lost.Retryable = "", true
	other := answered(row.Mismatched, 200, "", "")
	other.Mismatch = `failedDeviceCount: sent 0, came back 2`
	invalid := row.Outcome{
		Verdict: row.Invalid, Reason: `users.csv:9:5: "x" is not a whole number`,
		Answer: row.Answer{Code: "count-not-integer"},
	}
	denied := answered(row.Failed, 403, "Forbidden", "Zugriff verweigert: Größe")
	refused := func(reason string) row.Outcome { return row.Outcome{Verdict: row.Invalid, Reason: reason} }
	return []Entry{
		entry(1, 0, 2, "u1", record("u1"), answered(row.Succeeded, 200, "", "")),
		entry(2, 0, 3, "-u2", record(`"-u2"`), answered(row.Failed, 404, "ResourceNotFound", `No "user" here; sorry`)),
		entry(3, 0, 4, "u3;=1+1", record(`"u3;=1+1"`), late),
		entry(4, 0, 5, "u4", record("u4"), lost),
		entry(5, 0, 6, "u5", record("u5"), other),
		entry(6, 0, 7, "u6", record("u6"), row.Outcome{Verdict: row.Unchanged}),
		entry(7, 0, 8, "u6", record("u6"), row.Outcome{Verdict: row.Duplicate, Reason: "same as line 7"}),
		entry(8, 0, 9, "u8", app+`;u8;;u8@contoso.example;x`, invalid),
		entry(9, 0, 10, "u9", record("u9"), row.Outcome{}),
		entry(10, 1, 1, "v1", object("v1"), answered(row.Succeeded, 204, "", "")),
		entry(11, 1, 2, "v2\u202e", object(`v2\u202e`), denied),
		entry(12, 1, 3, "", `["no object"]`, refused("more users.jsonl:3:1: not an object")),
		entry(13, 1, 4, "v4", `{"id":5}`, refused("more users.jsonl:4:6: id is not a string")),
		entry(14, 1, 5, "v5", object("v5"), row.Outcome{}),
	}
}

// write renders entries into a new folder and returns it.
func write(t *testing.T, inputs []Input, entries []Entry, opt Options) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	rewrite(t, dir, inputs, entries, opt)
	return dir
}

func rewrite(t *testing.T, dir string, inputs []Input, entries []Entry, opt Options) *Files {
	t.Helper()
	f, err := Create(dir, inputs, opt)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Abort()
	for _, e := range entries {
		if err := f.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	return f
}

// content returns the files of a folder by name.
func content(t *testing.T, dir string) map[string]string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string)
	for _, item := range list {
		b, err := os.ReadFile(filepath.Join(dir, item.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[item.Name()] = string(b)
	}
	return files
}
