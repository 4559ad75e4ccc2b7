package input

import (
	"bytes"
	"iter"
)

// What is here walks over bytes that jsontext has found to be JSON, so it looks for nothing that JSON does not allow.

// A jsonMember is a member of an object, by offsets in it.
type jsonMember struct{ name, nameEnd, value, valueEnd int }

// membersOf returns the members of an object in order.
func membersOf(object []byte) iter.Seq[jsonMember] {
	return func(yield func(jsonMember) bool) {
		for i := pastBlanks(object, 1); object[i] != '}'; i = pastBlanks(object, i) {
			if object[i] == ',' {
				i = pastBlanks(object, i+1)
			}
			m := jsonMember{name: i, nameEnd: pastString(object, i)}
			colon := pastBlanks(object, m.nameEnd)
			m.value = pastBlanks(object, colon+1)
			m.valueEnd = pastValue(object, m.value)
			if i = m.valueEnd; !yield(m) {
				return
			}
		}
	}
}

// elementsOf returns the elements of an array in order.
func elementsOf(array []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for i := pastBlanks(array, 1); array[i] != ']'; i = pastBlanks(array, i) {
			if array[i] == ',' {
				i = pastBlanks(array, i+1)
			}
			end := pastValue(array, i)
			if !yield(array[i:end]) {
				return
			}
			i = end
		}
	}
}

// pastBlanks returns the offset of the first byte from i on that is not a blank.
func pastBlanks(b []byte, i int) int {
	for b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t' {
		i++
	}
	return i
}

// pastValue returns the offset behind the value that begins at i.
func pastValue(b []byte, i int) int {
	switch b[i] {
	case '"':
		return pastString(b, i)
	case '{', '[':
		end, _ := pastNested(b, i)
		return end
	}
	for { // a literal or a number, which ends where something else begins
		switch b[i] {
		case ',', '}', ']', ' ', '\n', '\r', '\t':
			return i
		}
		i++
	}
}

// pastString returns the offset behind the string that begins at i.
func pastString(b []byte, i int) int {
	i++
	if end := i + bytes.IndexByte(b[i:], '"'); b[end-1] != '\\' {
		return end + 1
	}
	for ; b[i] != '"'; i++ {
		if b[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// pastNested returns the offset behind the array or object that begins at i, and how many levels it has.
func pastNested(b []byte, i int) (end, levels int) {
	for level := 0; ; i++ {
		switch b[i] {
		case '"':
			i = pastString(b, i) - 1
		case '{', '[':
			level++
			levels = max(levels, level)
		case '}', ']':
			if level--; level == 0 {
				return i + 1, levels
			}
		}
	}
}
