package input

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// FuzzJSON checks that nothing panics, that every value is one record, that places lie within the text, and that a
// record that was written out reads as before.
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{
		objectA, objectA + "\n" + objectB, "[" + pretty(objectA) + ",\n" + objectB + "]", "[]", "{}", "5\n{}\n[]",
		`{"@odata.count":1,"value":[` + objectA + `],"@odata.nextLink":"x"}`, `{"value":1}`, `{"Schema":[],"Values":[[]]}`,
		`{"Schema":[{"Column":"id"}],"Values":[["a"],[],{},["b","c"]],"TotalRowCount":9}`,
		`{"id":"a","i\u0064":"b","ID":1e3,"x":{"y":[null,"\ud800"]},"_statussync_line":1}`, "[" + objectA, objectA + "}",
		"{\"id\":\"\xff\",\n\"userName\":null,\"installedDeviceCount\":\"5.0\"}", "\n\r\n \t[1,\n2",
		"\ufeff[" + objectA + "] x",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		lines := int64(bytes.Count(content, newline)) + 1
		r, err := stream(bytes.NewReader(content), Options{Format: "json"})
		seen, valid, invalid := 0, 0, 0
		for err == nil {
			var rec *Record
			if rec, err = r.Next(); err != nil {
				break
			}
			seen++
			if len(rec.Problems) == 0 {
				valid++
			} else {
				invalid++
			}
			checkRecord(t, rec, lines)
		}
		if seen != valid+invalid {
			t.Errorf("%d records, %d valid, %d invalid", seen, valid, invalid)
		}
		text := bytes.TrimPrefix(content, []byte("\ufeff"))
		if err == io.EOF && utf8.Valid(text) {
			if want := elements(t, text); seen != want {
				t.Errorf("%d records, want %d", seen, want)
			}
		}
	})
}

func checkRecord(t *testing.T, rec *Record, lines int64) {
	if rec.Line < 1 || rec.Line > lines && lines > 1 {
		t.Errorf("line %d of %d", rec.Line, lines)
	}
	for _, p := range rec.Problems {
		if p.Line < rec.Line || p.Column < 1 || p.Kind == "" || p.Text == "" || !utf8.ValidString(p.Text) {
			t.Errorf("%+v in a record on line %d", p, rec.Line)
		}
	}
	allow := []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}
	if bytes.IndexByte(rec.Raw, '\n') >= 0 || !jsontext.Value(rec.Raw).IsValid(allow...) {
		t.Errorf("raw is %q", rec.Raw)
	}
	r, err := stream(bytes.NewReader(rec.Raw), Options{Format: "json"})
	if err != nil || rec.Raw[0] == '[' || bytes.Contains(rec.Raw, []byte(`"value":[`)) {
		return // a list by itself
	}
	again, err := r.Next()
	if err != nil {
		t.Fatalf("%q: %v", rec.Raw, err)
	}
	kinds := func(problems []Problem) (all []string) {
		for _, p := range problems {
			all = append(all, p.Field+" "+p.Kind)
		}
		return all
	}
	if again.Status != rec.Status || !bytes.Equal(again.Raw, rec.Raw) ||
		!slices.Equal(kinds(again.Problems), kinds(rec.Problems)) {
		t.Errorf("%+v %q %v\nthen %+v %q %v", rec.Status, rec.Raw, rec.Problems, again.Status, again.Raw, again.Problems)
	}
}

// isReport reports whether the first list in an object is a Schema.
func isReport(object []byte) bool {
	for m := range membersOf(object) {
		if name, _ := unquote(object[m.name:m.nameEnd]); object[m.value] == '[' && (name == "Schema" || name == "value") {
			return name == "Schema"
		}
	}
	return false
}

// elements counts what ought to be records, with encoding/json.
func elements(t *testing.T, text []byte) (n int) {
	dec := json.NewDecoder(bytes.NewReader(text))
	for ; ; n++ {
		var value json.RawMessage
		err := dec.Decode(&value)
		if err == io.EOF {
			return n
		}
		if err != nil {
			t.Errorf("encoding/json: %v", err)
			return n
		}
		var list []json.RawMessage
		var saved map[string]json.RawMessage
		switch {
		case n > 0:
		case value[0] == '[' && json.Unmarshal(value, &list) == nil:
			return len(list)
		case value[0] == '{' && isReport(value) && json.Unmarshal(value, &saved) == nil &&
			json.Unmarshal(saved["Values"], &list) == nil:
			return len(list)
		case value[0] == '{' && json.Unmarshal(value, &saved) == nil && len(saved["value"]) > 0 && saved["value"][0] == '[' &&
			json.Unmarshal(saved["value"], &list) == nil:
			return len(list)
		}
	}
}
