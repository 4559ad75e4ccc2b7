package journal

import "encoding/hex"

// pairs are the places of a GUID's sixteen pairs of digits.
var pairs = [16]int{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34}

// nibbles holds the value of each lower-case hexadecimal digit, 0xff for any other byte.
var nibbles = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xff
	}
	for i, c := range []byte("0123456789abcdef") {
		t[c] = byte(i)
	}
	return t
}()

// guid is how an id is stored: a GUID in its usual spelling as 16 bytes, which is less than half; nil for none;
// anything else as it is.
func guid(s string) any {
	if s == "" {
		return nil
	}
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return s
	}
	b := make([]byte, len(pairs))
	for i, at := range pairs {
		high, low := nibbles[s[at]], nibbles[s[at+1]]
		if high|low == 0xff {
			return s
		}
		b[i] = high<<4 | low
	}
	return b
}

// guidOf undoes guid.
func guidOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []byte:
		if len(v) != len(pairs) {
			return string(v)
		}
		s := []byte("00000000-0000-0000-0000-000000000000")
		for i, at := range pairs {
			hex.Encode(s[at:], v[i:i+1])
		}
		return string(s)
	}
	return ""
}
