package plan

import (
	"iter"
	"slices"

	"github.com/statussync/statussync/sync/row"
)

// known holds what earlier runs set for keys that occur in this run, in ascending order.
type known struct {
	keys   []row.Key
	values []row.Fingerprint
}

func (k *known) len() int { return len(k.keys) }

// merge walks two ascending streams side by side and keeps what occurs in both.
func (k *known) merge(keys iter.Seq[row.Key], applied iter.Seq2[Known, error]) error {
	next, stop := iter.Pull2(applied)
	defer stop()
	have, err, more := next()
	for key := range keys {
		for more && err == nil && have.Key < key {
			have, err, more = next()
		}
		if err != nil {
			return err
		}
		if !more {
			return nil
		}
		if have.Key == key && (len(k.keys) == 0 || k.keys[len(k.keys)-1] != key) {
			k.keys = append(k.keys, key)
			k.values = append(k.values, have.Fingerprint)
		}
	}
	return nil
}

func (k *known) find(key row.Key) (row.Fingerprint, bool) {
	i, ok := slices.BinarySearch(k.keys, key)
	if !ok {
		return row.Fingerprint{}, false
	}
	return k.values[i], true
}
