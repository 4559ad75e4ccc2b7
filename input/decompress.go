package input

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const (
	maxWindow = 32 << 20 // bytes of history that a zstd frame may ask for
	maxRatio  = 200      // tables of statuses compress to between a fifth and a fiftieth
	ratioFrom = 16 << 20 // bytes of text from which on the ratio counts
)

// Formats of which the first bytes are known and which are not read.
var foreign = []struct{ magic, text, hint string }{
	{"PK\x03\x04", "is a ZIP archive, or an Excel workbook",
		"unpack the archive, or save the workbook as CSV UTF-8, and pass the file that comes out"},
	{"\xFD7zXZ\x00", "is compressed with xz, which is not read", "gzip and zstd are"},
	{"BZh", "is compressed with bzip2, which is not read", "gzip and zstd are"},
}

// decompress returns the text of a file, by its first bytes: gzip, zstd, or as it is. free releases what it holds, also
// when there is an error.
func decompress(name string, file io.Reader) (plain *bufio.Reader, free func(), err error) {
	packed := &counter{src: file}
	in := bufio.NewReaderSize(packed, headSize)
	e := &expander{name: name, packed: packed}
	free = func() {}
	switch compression(in) {
	case "":
		return in, free, refuseForeign(name, in)
	case "gzip":
		e.kind = "gzip"
		e.src, err = gzip.NewReader(in)
	case "zstd":
		e.kind = "zstd"
		var d *zstd.Decoder
		d, err = zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(maxWindow))
		if err == nil {
			e.src, free = d, d.Close
		}
	}
	if err != nil {
		return nil, free, e.damaged(err)
	}
	plain = bufio.NewReaderSize(e, headSize)
	if compression(plain) != "" {
		return nil, free, &Error{Name: name, Text: "is compressed twice", HintText: "decompress it once and try again"}
	}
	return plain, free, refuseForeign(name, plain)
}

// compression returns "gzip", "zstd" or "", by the bytes that come next.
func compression(in *bufio.Reader) string {
	head, _ := in.Peek(4)
	switch {
	case bytes.HasPrefix(head, []byte{0x1F, 0x8B}):
		return "gzip"
	case bytes.Equal(head, []byte{0x28, 0xB5, 0x2F, 0xFD}),
		len(head) == 4 && head[0]&0xF0 == 0x50 && bytes.Equal(head[1:], []byte{0x2A, 0x4D, 0x18}): // a skippable frame
		return "zstd"
	}
	return ""
}

func refuseForeign(name string, in *bufio.Reader) error {
	head, _ := in.Peek(6)
	for _, f := range foreign {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			return &Error{Name: name, Text: f.text, HintText: f.hint}
		}
	}
	return nil
}

// A counter counts the bytes that are read through it.
type counter struct {
	src io.Reader
	n   int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.src.Read(p)
	c.n += int64(n)
	return n, err
}

// An expander decompresses, and refuses a text that is out of all proportion to the bytes that it was made of.
type expander struct {
	name, kind string
	packed     *counter
	src        io.Reader
	n          int64 // bytes of text
}

func (e *expander) Read(p []byte) (int, error) {
	n, err := e.src.Read(p)
	e.n += int64(n)
	if e.n > ratioFrom && e.n > maxRatio*e.packed.n {
		text := fmt.Sprintf("the %s data grows to more than %d times its size; rows do not", e.kind, maxRatio)
		return 0, &Error{Name: e.name, Text: text, HintText: "decompress the file and look at it"}
	}
	if err != nil && err != io.EOF {
		return n, e.damaged(err)
	}
	return n, err
}

func (e *expander) damaged(err error) error {
	if errors.Is(err, zstd.ErrWindowSizeExceeded) {
		text := "the zstd data needs a window of more than 32 MiB"
		return &Error{Name: e.name, Text: text, HintText: "compress it without --long", Err: err}
	}
	return &Error{Name: e.name, Text: fmt.Sprintf("the %s data is damaged or cut off: %v", e.kind, err), Err: err}
}
