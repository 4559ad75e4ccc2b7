package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"

	"github.com/statussync/statussync/sync/run"
)

// An output is standard output. What cannot be written to it does not end a command, least of all a run: it is said in
// the end. That nobody reads on, as after a pipe into head, is nothing to speak of.
type output struct {
	to  io.Writer
	err error // of the first write that failed otherwise
}

// Write never fails.
func (o *output) Write(p []byte) (int, error) {
	if _, err := o.to.Write(p); o.err == nil && !errors.Is(err, syscall.EPIPE) {
		o.err = err
	}
	return len(p), nil
}

// failure says that output is lost, nil if none is.
func (o *output) failure() error {
	if o.err == nil {
		return nil
	}
	return &run.Failure{Exit: run.ExitBooks, Text: "standard output could not be written", Err: o.err}
}

// takes refuses a form of output that a command does not have.
func (s *Settings) takes(command string, forms ...string) error {
	if slices.Contains(forms, s.Output) {
		return nil
	}
	return &usageError{fmt.Sprintf("%s does not print %s", command, s.Output),
		"use --output " + list(forms)}
}

// A sheet is a list in columns, that can be printed in any form.
type sheet struct {
	columns []string
	rows    [][]string
}

// table prints the sheet for people, its columns in capitals.
func (s *sheet) table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, strings.ToUpper(strings.Join(s.columns, "\t")))
	for _, r := range s.rows {
		fmt.Fprintln(t, strings.Join(r, "\t"))
	}
	return t.Flush()
}

func (s *sheet) csv(w io.Writer) error {
	c := csv.NewWriter(w)
	_ = c.Write(s.columns) // WriteAll returns its error too
	return c.WriteAll(s.rows)
}

// printJSON prints a document of one of the schemas.
func printJSON(w io.Writer, doc any) error {
	text, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, printableLines(string(text))+"\n")
	return err
}

// printableLines is printable for a text of several lines.
func printableLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = printable(line)
	}
	return strings.Join(lines, "\n")
}
