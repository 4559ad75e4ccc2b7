package input

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// The places are the same wherever the bytes are cut on their way.
func TestJSONPlaces(t *testing.T) {
	t.Parallel()
	for blanks := range 100 {
		pad := strings.Repeat(" \n", blanks*45) + strings.Repeat(" ", blanks)
		content := "[" + objectA + "," + pad + "{\n" + pad + `"id": "§é", "failedDeviceCount":` + pad + "1.5},\n" +
			"{\"id\":" + pad + "01}]"
		placeOf := func(text string) (int64, int64) { return at([]byte(content), strings.LastIndex(content, text), 1) }
		got := read(t, content, Options{})
		line, column := placeOf("1}]")
		if refusal := got.refusal(t); refusal.Line != line || refusal.Column != column {
			t.Errorf("%d: %v, want %d:%d", blanks, refusal, line, column)
		}
		if len(got.records) != 2 {
			t.Fatalf("%d: %v, %d records", blanks, got.err, len(got.records))
		}
		line, column = placeOf("1.5")
		if p := got.records[1].Problems[len(got.records[1].Problems)-1]; p.Line != line || p.Column != column {
			t.Errorf("%d: %+v, want %d:%d", blanks, p, line, column)
		}
		line, column = placeOf("{\n")
		if p := got.records[1].Problems[0]; p.Line != line || p.Column != column || got.records[1].Line != line {
			t.Errorf("%d: %+v, want %d:%d", blanks, p, line, column)
		}
	}
}

// An error of the reader beneath is not taken for one of the text.
func TestJSONReaderErrors(t *testing.T) {
	t.Parallel()
	content := `{"@odata.x":{"a":[1]},"value":[` + objectA + ",\n" + pretty(objectB) + "]}"
	for cut := range len(content) {
		for _, broken := range []error{errors.New("broken"), io.ErrUnexpectedEOF} {
			r, err := stream(io.MultiReader(strings.NewReader(content[:cut]), iotest.ErrReader(broken)), Options{Format: "json"})
			for err == nil {
				_, err = r.Next()
			}
			if !errors.Is(err, broken) || strings.Contains(err.Error(), "JSON") {
				t.Errorf("cut after %d: %v", cut, err)
			}
		}
	}
}
