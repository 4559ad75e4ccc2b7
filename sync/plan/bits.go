package plan

// bits is a set of row numbers, one bit each.
type bits struct{ words []uint64 }

func (b *bits) set(n int64) {
	w := int(n / 64)
	for len(b.words) <= w {
		b.words = append(b.words, 0)
	}
	b.words[w] |= 1 << (n % 64)
}

func (b *bits) has(n int64) bool {
	w := int(n / 64)
	return w < len(b.words) && b.words[w]&(1<<(n%64)) != 0
}
