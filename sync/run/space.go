package run

import (
	"fmt"
	"time"

	"github.com/statussync/statussync/sync/dispatch"
)

// What a run leaves on the disk for each row, in bytes, when every row fails with a message of a hundred bytes: its
// outcome in the journal, and what stands beside the row itself in rows.jsonl, rows.csv and failed.csv. Of 100,000 rows
// that succeeded the journal took 111 bytes each, and the lines 415 beside the row; a failure adds its message to each.
const (
	journalBytes = 250
	reportBytes  = 1150
	fixedBytes   = 16 << 20 // WAL, temporary files
)

// need returns the bytes that the books of a run need beside its copy of the input: size is the sum over its records.
func need(size, rows int64) int64 {
	return 3*size + rows*(journalBytes+reportBytes) + fixedBytes
}

// checkSpace stops a run before anything is sent when the volume cannot hold its books.
func (w *work) checkSpace() error {
	need := need(w.size, w.run.Rows)
	free, err := freeBytes(w.o.Dir)
	if err != nil || free >= need { // a volume that does not tell its size is taken as large enough
		return nil
	}
	return &Failure{Exit: ExitBooks,
		Text: fmt.Sprintf("the volume of %s has %d MiB free, the run may need %d MiB", w.o.Dir, free>>20, need>>20),
		Do:   "make room, give --runs a folder on another volume, or send a smaller file"}
}

// shortest returns how long so many requests take at least at the rate with which a dispatcher begins: that of the
// options, or what an earlier run has learned.
func shortest(requests int64, o dispatch.Options) time.Duration {
	allowed := dispatch.New(o).Allowed()
	if allowed == 0 || requests <= int64(o.Burst) {
		return 0
	}
	seconds := float64(requests-int64(o.Burst)) / allowed
	return time.Duration(seconds * float64(time.Second)).Round(time.Millisecond)
}
