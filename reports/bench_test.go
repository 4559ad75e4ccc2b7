package reports

import (
	"bufio"
	"encoding/csv"
	"io"
	"strconv"
	"testing"

	"github.com/gocarina/gocsv"
	"github.com/statussync/statussync/sync/row"
)

func benchEntry() Entry {
	return entry(0, 0, 2, "5a9c7ae1-52c3-4f3e-9d5b-0b1f4f6d2c11", "", answered(row.Succeeded, 204, "", ""))
}

// BenchmarkFiles writes a row that went well to rows.jsonl and rows.csv on disk.
func BenchmarkFiles(b *testing.B) {
	f, err := Create(b.TempDir(), sampleInputs(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer f.Abort()
	e := benchEntry()
	b.ReportAllocs()
	for b.Loop() {
		e.Number++
		e.Outcome.Row = e.Number
		if err := f.Add(e); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCSVRow sets three writers of a row of rows.csv side by side; only ours defuses formulas.
func BenchmarkCSVRow(b *testing.B) {
	e := benchEntry()
	o := &e.Outcome
	b.Run("ours", func(b *testing.B) { // it builds the line of rows.jsonl as well
		r, w := newRecord(',', rowColumns...), bufio.NewWriterSize(io.Discard, bufferSize)
		b.ReportAllocs()
		for b.Loop() {
			r.fillRow(&e, "users.csv")
			w.Write(r.csv)
			w.WriteByte('\n')
		}
	})
	cells := func() []string {
		return []string{
			strconv.FormatInt(e.Number, 10), "users.csv", strconv.FormatInt(e.Line, 10), e.AppID, e.ID,
			e.UserPrincipalName,
			o.Verdict.String(), "", "", strconv.Itoa(o.Attempts), strconv.Itoa(o.HTTPStatus), "", "", o.RequestID,
			o.ClientRequestID, o.At.UTC().Format(timeLayout), strconv.FormatInt(o.Duration.Milliseconds(), 10),
		}
	}
	b.Run("encodingcsv", func(b *testing.B) {
		w := csv.NewWriter(io.Discard)
		b.ReportAllocs()
		for b.Loop() {
			w.Write(cells())
		}
	})
	b.Run("gocsv", benchmarkGocsv)
}

// benchmarkGocsv writes in batches of 1,000 rows.
func benchmarkGocsv(b *testing.B) {
	e := benchEntry()
	o := &e.Outcome
	type line struct {
		Row                                           int64
		File                                          string
		Line                                          int64
		AppID, ID, UPN, Verdict, Reason, Retryable    string
		Attempts, Status                              int
		Code, Message, RequestID, ClientRequestID, At string
		Millis                                        int64
	}
	batch := make([]line, 0, 1000)
	w := gocsv.NewSafeCSVWriter(csv.NewWriter(io.Discard))
	b.ReportAllocs()
	for b.Loop() {
		batch = append(batch, line{
			Row: e.Number, File: "users.csv", Line: e.Line, AppID: e.AppID, ID: e.ID, UPN: e.UserPrincipalName,
			Verdict: o.Verdict.String(), Attempts: o.Attempts, Status: o.HTTPStatus, RequestID: o.RequestID,
			ClientRequestID: o.ClientRequestID, At: o.At.UTC().Format(timeLayout),
			Millis: o.Duration.Milliseconds(),
		})
		if len(batch) == cap(batch) {
			if err := gocsv.MarshalCSVWithoutHeaders(batch, w); err != nil {
				b.Fatal(err)
			}
			batch = batch[:0]
		}
	}
}

// BenchmarkPage renders the page of a run of 1,000,000 rows that went as badly as one can.
func BenchmarkPage(b *testing.B) {
	run, groups := hugeRun("adele.vance@contoso.example")
	var size int
	for b.Loop() {
		page, err := renderPage(run, groups)
		if err != nil {
			b.Fatal(err)
		}
		size = len(page)
	}
	b.ReportMetric(float64(size), "bytes/page")
}
