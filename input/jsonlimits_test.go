package input

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestJSONLimits(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxCell)
	var many strings.Builder
	for i := range maxCells - 7 {
		fmt.Fprintf(&many, `"x%d":1,`, i)
	}
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, test := range []struct {
		what, object string
		want         []wrong
	}{
		{"a value of 1 MiB", changed(`"Ada"`, `"`+long[2:]+`"`), nil},
		{"a value of more", changed(`"Ada"`, `"`+long+`"`), []wrong{{1, column(`"Ada"`), "userName", "too-long"}}},
		{"a value of more that is passed over", changed("{", `{"x":"`+long+`",`), []wrong{{1, 6, "", "too-long"}}},
		{"a number of more", changed(":1,", ":"+strings.Repeat("1", maxCell+1)+","),
			[]wrong{{1, column("1,"), "installedDeviceCount", "too-long"}}},
		{"a name of more", changed("{", `{"`+long+`y":1,`), []wrong{{1, 2, "", "too-long"}}},
		{"1000 members", changed("{", "{"+many.String()), nil},
		{"our own members besides", changed("{", "{"+strings.Repeat(`"_statussync_x":1,`, 2000)+many.String()), nil},
		{"1001 members", changed("{", `{"y":1,`+many.String()),
			[]wrong{{1, int64(len(`"y":1,`)+len(many.String())) + column(`"notInst`), "", "too-many-members"}}},
		{"64 levels", changed("{", `{"x":`+deep(maxDepth)+","), nil},
		{"65 levels", changed("{", `{"x":`+deep(maxDepth+1)+","), []wrong{{1, 6, "", "too-deep"}}},
		{"brackets in a string", changed("{", `{"x":["\"`+strings.Repeat("[", 100)+`\\"],`), nil},
	} {
		got := read(t, test.object, Options{})
		if got.err != nil || len(got.records) != 1 {
			t.Errorf("%s: %v", test.what, got.err)
			continue
		}
		if diff := cmp.Diff(test.want, wrongs(got.records[0].Problems), cmp.AllowUnexported(wrong{})); diff != "" {
			t.Errorf("%s: %s", test.what, diff)
		}
		if string(got.records[0].Raw) != test.object && test.what != "our own members besides" {
			t.Errorf("%s: raw has %d bytes", test.what, len(got.records[0].Raw))
		}
		for _, p := range got.records[0].Problems {
			if len(p.Text) > 500 {
				t.Errorf("%s: the text has %d bytes", test.what, len(p.Text))
			}
		}
	}
}

func TestJSONLongRows(t *testing.T) {
	t.Parallel()
	list := strings.Repeat(`"`+strings.Repeat("x", 1000)+`",`, maxRow/1000)
	got := read(t, "["+objectA+",\n"+changed("{", `{"x":[`+list+`1],`)+"]", Options{})
	refusal := got.refusal(t)
	if refusal.Line != 2 || refusal.Column != 1 || !strings.Contains(refusal.Text, "16 MiB") || len(got.records) != 1 {
		t.Errorf("%v, %d records", refusal, len(got.records))
	}
	most := changed("{", `{"x":["`+strings.Repeat("x", maxRow-1000)+`"],`)
	got = read(t, most+"\n"+objectA, Options{})
	if got.err != nil || len(got.records) != 2 ||
		!slices.Equal(wrongs(got.records[0].Problems), []wrong{{1, 6, "", "too-long"}}) {
		t.Errorf("%v, %d records", got.err, len(got.records))
	}
}

// The reading ends within the limits, however long the text is.
func TestJSONWithoutEnd(t *testing.T) {
	t.Parallel()
	for _, start := range []string{`[{"x":1,"`, `{"value":[],"x":["`} {
		text := &endless{start: start}
		r, err := stream(text, Options{})
		for err == nil {
			_, err = r.Next()
		}
		if !strings.Contains(err.Error(), "16 MiB") || text.read > 3*maxRow {
			t.Errorf("%s: %v after %d bytes", start, err, text.read)
		}
	}
}

// An endless text has a beginning and then the same letter.
type endless struct {
	start string
	read  int
}

var letters = strings.Repeat("x", 1<<20)

func (e *endless) Read(p []byte) (n int, err error) {
	n = copy(p, e.start)
	e.start = e.start[n:]
	n += copy(p[n:], letters)
	e.read += n
	return n, nil
}
