package compare

import (
	"iter"
	"sort"
)

// chunkSize is the number of statuses in a chunk, which takes 96 KiB.
const chunkSize = 1 << 12

// An entry is where the status with some hash lies.
type entry struct {
	hash uint64
	at   int64
}

// A chunk is a part of an index. The two arrays are in step until the index is sealed.
type chunk struct {
	keys  [chunkSize]entry
	users [chunkSize]uint64 // the hash of a user in the upper half, in the lower one the place among all keys
}

// An index finds entries by two hashes. It lies in chunks of fixed size and is sorted in place, so that it never takes
// more memory than in the end.
type index struct {
	chunks []*chunk
	n      int
}

func (x *index) key(i int) *entry   { return &x.chunks[i/chunkSize].keys[i%chunkSize] }
func (x *index) user(i int) *uint64 { return &x.chunks[i/chunkSize].users[i%chunkSize] }

func (x *index) add(e entry, user uint32) {
	if x.n == len(x.chunks)*chunkSize {
		x.chunks = append(x.chunks, new(chunk))
	}
	*x.key(x.n), *x.user(x.n) = e, uint64(user)<<32
	x.n++
}

// runs yields where the entries of one hash begin, and where those of the next, in an index sorted by keys. The entries
// before it may be moved on the way.
func (x *index) runs() iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		for first, next := 0, 0; first < x.n; first = next {
			hash := x.key(first).hash
			for next = first + 1; next < x.n && x.key(next).hash == hash; next++ {
			}
			if !yield(first, next) {
				return
			}
		}
	}
}

func (x *index) move(from, to int) { *x.key(to), *x.user(to) = *x.key(from), *x.user(from) }

// cut keeps the first n entries.
func (x *index) cut(n int) {
	x.n = n
	full := (n + chunkSize - 1) / chunkSize
	clear(x.chunks[full:])
	x.chunks = x.chunks[:full]
}

// sortUsers leads from users to keys.
func (x *index) sortUsers() {
	for i := range x.n {
		*x.user(i) |= uint64(i)
	}
	sort.Sort(byUser{x})
}

// withKey yields the offsets of the entries with a hash, in the order in which they were added.
func (x *index) withKey(hash uint64) iter.Seq[int64] {
	return func(yield func(int64) bool) {
		i := sort.Search(x.n, func(i int) bool { return x.key(i).hash >= hash })
		for ; i < x.n && x.key(i).hash == hash && yield(x.key(i).at); i++ {
		}
	}
}

// withUser yields the offsets of the entries whose user has a hash.
func (x *index) withUser(hash uint32) iter.Seq[int64] {
	return func(yield func(int64) bool) {
		least := uint64(hash) << 32
		i := sort.Search(x.n, func(i int) bool { return *x.user(i) >= least })
		for ; i < x.n && *x.user(i)>>32 == uint64(hash) && yield(x.key(int(uint32(*x.user(i)))).at); i++ {
		}
	}
}

// byKey sorts keys by hash, those of one hash as they were added, and keeps users in step.
type byKey struct{ *index }

func (x byKey) Len() int { return x.n }

func (x byKey) Less(i, j int) bool {
	a, b := x.key(i), x.key(j)
	return a.hash < b.hash || a.hash == b.hash && a.at < b.at
}

func (x byKey) Swap(i, j int) {
	a, b := x.key(i), x.key(j)
	*a, *b = *b, *a
	u, v := x.user(i), x.user(j)
	*u, *v = *v, *u
}

type byUser struct{ *index }

func (x byUser) Len() int           { return x.n }
func (x byUser) Less(i, j int) bool { return *x.user(i) < *x.user(j) }
func (x byUser) Swap(i, j int) {
	u, v := x.user(i), x.user(j)
	*u, *v = *v, *u
}
