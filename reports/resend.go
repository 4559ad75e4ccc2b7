package reports

import (
	"bufio"
	"bytes"
	"encoding/json"
)

// A resend writes records as they came, with columns of our own behind or before them: failed.* or invalid.*.
type resend struct {
	stem    string
	columns []string
	before  bool // our columns stand before the record, which may be short of cells

	input *Input
	own   *record
	buf   *bufio.Writer
	draft *draft // nil until the input has a row for it
}

func (r *resend) open(dir folder, name string, in *Input) (err error) {
	if r.buf == nil {
		r.buf = bufio.NewWriterSize(nil, bufferSize)
	}
	if r.draft, err = begin(dir, name, r.buf); err != nil {
		return err
	}
	r.input, r.own = in, newRecord(delimiter(in), r.columns...)
	if in.Format == "json" {
		return nil
	}
	if in.Decoded {
		r.buf.WriteString(byteOrderMark)
	}
	return r.csv(header(delimiter(in), r.columns), in.Header)
}

func delimiter(in *Input) byte {
	if in.Delimiter == 0 {
		return ','
	}
	return in.Delimiter
}

func (r *resend) add(e *Entry) error {
	if r.before {
		r.own.fillInvalid(e)
	} else {
		r.own.fillFailed(e)
	}
	if r.input.Format == "json" {
		return r.json(r.own.json, e.Raw)
	}
	return r.csv(r.own.csv, e.Raw)
}

func (r *resend) csv(own, raw []byte) error {
	first, second := raw, own
	if r.before {
		first, second = own, raw
	}
	r.buf.Write(first)
	r.buf.WriteByte(delimiter(r.input))
	r.buf.Write(second)
	newline := r.input.Newline
	if newline == "" {
		newline = "\n"
	}
	_, err := r.buf.WriteString(newline)
	return r.draft.written(err)
}

// json writes the members of the raw object together with our own. What is not an object stands as a text of its own,
// so that every line of the file is JSON.
func (r *resend) json(own, raw []byte) error {
	if !object(raw) {
		raw = append(appendJSON([]byte(`{"_statussync_raw":`), string(raw)), '}')
	}
	members := bytes.TrimSpace(raw[1 : len(raw)-1])
	first, second := members, own
	if r.before {
		first, second = own, members
	}
	r.buf.WriteByte('{')
	r.buf.Write(first)
	if len(first) > 0 && len(second) > 0 {
		r.buf.WriteByte(',')
	}
	r.buf.Write(second)
	_, err := r.buf.WriteString("}\n")
	return r.draft.written(err)
}

// object reports whether raw is a JSON object on one line.
func object(raw []byte) bool {
	return len(raw) > 1 && raw[0] == '{' && raw[len(raw)-1] == '}' && !bytes.ContainsAny(raw, "\r\n") &&
		json.Valid(raw)
}
