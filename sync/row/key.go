package row

import (
	"crypto/sha256"
	"encoding/binary"
)

// A Key is the 64-bit fingerprint of what a row is about: its app, without regard to case, and its id. Two different
// keys may share one value, so an equal Key is a question and not an answer. It is signed, as SQLite sorts.
type Key int64

// A Fingerprint is 128 bits over all that a row says, its key included. Equal fingerprints mean equal rows.
type Fingerprint [16]byte

// A Hasher computes fingerprints without allocating. The zero Hasher is ready for use; it is not safe for concurrent
// use.
type Hasher struct{ buf []byte }

// Key returns the fingerprint of the app and the id of s.
func (h *Hasher) Key(s *Status) Key {
	h.buf = appendKey(h.buf[:0], s)
	sum := sha256.Sum256(h.buf)
	return Key(binary.BigEndian.Uint64(sum[:]))
}

// KeyFingerprint returns 128 bits over the app and the id of s; it settles whether equal Keys are equal keys.
func (h *Hasher) KeyFingerprint(s *Status) Fingerprint {
	h.buf = appendKey(h.buf[:0], s)
	sum := sha256.Sum256(h.buf)
	return Fingerprint(sum[:16])
}

// Fingerprint returns 128 bits over all of s, for which null is the same as empty and as 0.
func (h *Hasher) Fingerprint(s *Status) Fingerprint {
	h.buf = appendKey(h.buf[:0], s)
	h.buf = appendString(h.buf, s.UserName)
	h.buf = appendString(h.buf, s.UserPrincipalName)
	for _, n := range [...]int32{s.Installed, s.Failed, s.NotInstalled} {
		h.buf = binary.BigEndian.AppendUint32(h.buf, uint32(n))
	}
	sum := sha256.Sum256(h.buf)
	return Fingerprint(sum[:16])
}

func appendKey(b []byte, s *Status) []byte {
	b = binary.AppendUvarint(b, uint64(len(s.AppID)))
	for i := range len(s.AppID) {
		c := s.AppID[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		b = append(b, c)
	}
	return appendString(b, s.ID)
}

func appendString(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}
