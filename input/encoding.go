package input

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/transform"
)

const headSize = 64 << 10 // bytes of text that are looked at before the decoder is chosen

// decode returns the text of an input as UTF-8, without its byte order mark, which beats the encoding asked for.
func decode(name string, plain *bufio.Reader, encoding string) (*text, error) {
	head, _ := plain.Peek(4)
	t := &text{name: name}
	var to transform.Transformer
	mark := 0
	switch {
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE, 0, 0}), bytes.Equal(head, []byte{0, 0, 0xFE, 0xFF}):
		return nil, t.fail(0, 0, "save it as UTF-8", "is encoded in UTF-32, which is not read")
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		mark = 3
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}):
		mark, to = 2, utf16Decoder{order: binary.LittleEndian}
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		mark, to = 2, utf16Decoder{order: binary.BigEndian}
	case bytes.IndexByte(head, 0) >= 0:
		return nil, t.fail(0, 0, "save it as UTF-8", "begins with zero bytes: is it UTF-16 without a byte order mark?")
	case encoding == "windows-1252":
		to = charmap.Windows1252.NewDecoder()
	}
	if _, err := plain.Discard(mark); err != nil {
		return nil, err
	}
	in := plain
	if to != nil {
		t.decoded = true
		in = bufio.NewReaderSize(transform.NewReader(plain, to), headSize)
	}
	var err error
	if t.head, err = in.Peek(headSize); len(t.head) == 0 && err != io.EOF {
		return nil, err
	}
	t.in = &window{src: in, watch: t.watch}
	return t, nil
}

// watch refuses a record that is too long.
func (t *text) watch(record []byte) error {
	if len(record) > maxRow {
		return t.fail(0, 0, "", "a record is longer than 16 MiB")
	}
	return nil
}

// utf16Decoder turns UTF-16 into UTF-8. Where the decoder of golang.org/x/text puts U+FFFD in the place of half a
// surrogate pair, so that it can no longer be told from one that was there, this one lets the half through in three
// bytes that are not valid UTF-8, by which the record is refused later, with its place.
type utf16Decoder struct {
	transform.NopResetter
	order binary.ByteOrder
}

// Transform implements transform.Transformer.
func (d utf16Decoder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		if len(dst)-nDst < utf8.UTFMax {
			return nDst, nSrc, transform.ErrShortDst
		}
		r, size := d.next(src[nSrc:], atEOF)
		switch {
		case size == 0:
			return nDst, nSrc, transform.ErrShortSrc
		case size == 1: // half a unit at the end
			dst[nDst] = 0xFF
			nDst++
		case utf16.IsSurrogate(r):
			nDst += copy(dst[nDst:], []byte{0xE0 | byte(r>>12), 0x80 | byte(r>>6)&0x3F, 0x80 | byte(r)&0x3F})
		default:
			nDst += utf8.EncodeRune(dst[nDst:], r)
		}
		nSrc += size
	}
	return nDst, nSrc, nil
}

// next returns the first character of src and its size in bytes; 0 asks for more, 1 is a lone last byte, and half a
// surrogate pair is returned as such.
func (d utf16Decoder) next(src []byte, atEOF bool) (rune, int) {
	if len(src) < 2 {
		if atEOF {
			return 0, 1
		}
		return 0, 0
	}
	r := rune(d.order.Uint16(src))
	if r < 0xD800 || r > 0xDBFF { // not the first half of a pair
		return r, 2
	}
	if len(src) < 4 {
		if atEOF {
			return r, 2
		}
		return 0, 0
	}
	if pair := utf16.DecodeRune(r, rune(d.order.Uint16(src[2:]))); pair != utf8.RuneError {
		return pair, 4
	}
	return r, 2
}
