package reports

import (
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/gocarina/gocsv"
	"github.com/google/go-cmp/cmp"
	"github.com/statussync/statussync/sync/row"
)

// TestFailedReadsBack gives failed.csv back to a CSV reader and finds the records of the input, nothing else.
func TestFailedReadsBack(t *testing.T) {
	t.Parallel()
	for _, delimiter := range []byte{',', ';', '\t', '|'} {
		header := strings.ReplaceAll(csvHeader, ";", string(delimiter))
		var entries []Entry
		var want [][]string
		for i, id := range []string{"plain", `say "no"`, "two\nlines", "a,b;c\td|e", " blank ", "=1", "", "ünï"} {
			var raw strings.Builder
			w := csv.NewWriter(&raw)
			w.Comma = rune(delimiter)
			cells := []string{app, id, "", id, "1", "2", "3"}
			w.Write(cells)
			w.Flush()
			want = append(want, cells)
			o := answered(row.Failed, 400, "BadRequest", "a,b;c\td|e \"f\"\r\ng"+id)
			entries = append(entries, entry(int64(i+1), 0, int64(i+2), id, strings.TrimSuffix(raw.String(), "\n"), o))
		}
		input := Input{Name: "in.csv", Format: "csv", Header: []byte(header), Delimiter: delimiter}
		text := content(t, write(t, []Input{input}, entries, Options{}))["failed.csv"]
		for i, e := range entries {
			if !strings.Contains(text, "\n"+string(e.Raw)+string(delimiter)+"failed"+string(delimiter)) {
				t.Errorf("record %d is not there byte for byte: %q", i, e.Raw)
			}
		}
		r := csv.NewReader(strings.NewReader(text))
		r.Comma = rune(delimiter)
		records, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if got, want := records[0][7:], failedColumns; !slices.Equal(got, want) {
			t.Errorf("header: got %q", records[0])
		}
		for i := range want {
			if diff := cmp.Diff(want[i], records[i+1][:7]); diff != "" {
				t.Errorf("%q: %s", delimiter, diff)
			}
			if got := records[i+1][10]; strings.ContainsAny(got, "\r\n\t") || !strings.Contains(got, `\r\ng`) {
				t.Errorf("message: %q", got)
			}
		}
	}
}

func TestFailedJSONReadsBack(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{`{}`, `{ }`, `{"id":"a","n":1.50}`, `{"id":"}"}`} {
		e := entry(1, 0, 1, "a", raw, answered(row.Failed, 404, "NotFound", "gone"))
		text := content(t, write(t, []Input{{Name: "in", Format: "json"}}, []Entry{e}, Options{}))["failed.jsonl"]
		var got map[string]any
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if got["_statussync_code"] != "NotFound" || got["_statussync_status"] != 404.0 {
			t.Errorf("%s: %v", raw, got)
		}
		if inner := strings.Trim(raw, "{} "); !strings.HasPrefix(text, "{"+inner) {
			t.Errorf("%s became %s", raw, text)
		}
	}
}

// TestRowsForPeople reads rows.csv with the library that people use, and finds each line of rows.jsonl in it.
func TestRowsForPeople(t *testing.T) {
	t.Parallel()
	type line struct {
		Row       int64  `csv:"row" json:"row"`
		File      string `csv:"file" json:"file"`
		Verdict   string `csv:"verdict" json:"verdict"`
		Retryable string `csv:"retryable" json:"-"`
		Status    int    `csv:"httpStatus" json:"httpStatus"`
		Code      string `csv:"code" json:"code"`
		Millis    int64  `csv:"durationMs" json:"durationMs"`
	}
	files := content(t, write(t, sampleInputs(), sampleEntries(), Options{}))
	var got []line
	if err := gocsv.UnmarshalString(strings.TrimPrefix(files["rows.csv"], byteOrderMark), &got); err != nil {
		t.Fatal(err)
	}
	for i, text := range strings.Split(strings.TrimSpace(files["rows.jsonl"]), "\n") {
		var want line
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		want.Retryable = got[i].Retryable
		if got[i] != want {
			t.Errorf("got %+v, want %+v", got[i], want)
		}
	}
}

// TestRowFieldOrder holds the members of a full line against the names and the order that scripts rely on.
func TestRowFieldOrder(t *testing.T) {
	t.Parallel()
	full := answered(row.Failed, 404, "NotFound", "gone")
	full.Reason = "because"
	r := newRecord(',', rowColumns...)
	e := entry(1, 0, 2, "u1", "", full)
	r.fillRow(&e, "users.csv")
	dec := json.NewDecoder(strings.NewReader("{" + string(r.json) + "}"))
	dec.Token()
	for _, want := range strings.Fields("row file line mobileAppId id userPrincipalName verdict reason retryable " +
		"attempts httpStatus code message requestId clientRequestId at durationMs") {
		name, err := dec.Token()
		if err != nil || name != want {
			t.Fatalf("got member %v (%v), want %q", name, err, want)
		}
		dec.Token()
	}
	if dec.More() {
		t.Error("there is a member too many")
	}
}
