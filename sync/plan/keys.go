package plan

import (
	"container/heap"
	"iter"
	"slices"

	"github.com/statussync/statussync/sync/row"
)

// chunkKeys is the number of keys in one chunk: 1 MiB, small beside the whole and large beside its bookkeeping.
const chunkKeys = 1 << 17

// keys holds one key a row in chunks of fixed size, so that growing never copies what is there.
type keys struct{ chunks [][]row.Key }

func (k *keys) add(key row.Key) {
	if n := len(k.chunks); n == 0 || len(k.chunks[n-1]) == chunkKeys {
		k.chunks = append(k.chunks, make([]row.Key, 0, chunkKeys))
	}
	last := &k.chunks[len(k.chunks)-1]
	*last = append(*last, key)
}

func (k *keys) sort() {
	for _, c := range k.chunks {
		slices.Sort(c)
	}
}

// ascending yields all keys of the sorted chunks in order, repeated ones too.
func (k *keys) ascending() iter.Seq[row.Key] {
	return func(yield func(row.Key) bool) {
		h := make(heads, 0, len(k.chunks))
		for _, c := range k.chunks {
			h = append(h, c)
		}
		heap.Init(&h)
		for len(h) > 0 {
			if !yield(h[0][0]) {
				return
			}
			if h[0] = h[0][1:]; len(h[0]) > 0 {
				heap.Fix(&h, 0)
			} else {
				heap.Pop(&h)
			}
		}
	}
}

// repeated returns the keys that occur more than once, in ascending order, and how many rows have one of them.
func (k *keys) repeated() (found []row.Key, rows int) {
	first, last := true, row.Key(0)
	for key := range k.ascending() {
		if key == last && !first {
			if n := len(found); n == 0 || found[n-1] != key {
				found = append(found, key)
				rows++
			}
			rows++
		}
		first, last = false, key
	}
	return found, rows
}

// heads is a heap of sorted, non-empty chunks by their first key.
type heads [][]row.Key

func (h heads) Len() int           { return len(h) }
func (h heads) Less(i, j int) bool { return h[i][0] < h[j][0] }
func (h heads) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *heads) Push(x any)        { *h = append(*h, x.([]row.Key)) }
func (h *heads) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}
