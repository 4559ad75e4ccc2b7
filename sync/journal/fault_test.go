package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/statussync/statussync/sync/row"
)

// TestDiskFull fills the journal. The error comes back from all that follows, what was acknowledged stays, and with
// room again the run goes on.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	const rows = 9000
	ctx, dir := t.Context(), t.TempDir()
	j := openAt(t, dir)
	s := begin(t, j, "a", rows)
	ok(t, s.Fence(ctx, rows-1))
	_, err := j.db.Exec("PRAGMA max_page_count = 16")
	ok(t, err)
	acked := int64(0)
	err = nil
	for n := int64(1); err == nil && n < rows; n++ {
		if err = s.Record(row.Outcome{Row: n, Verdict: row.Succeeded}); err == nil && n%50 == 0 {
			if err = s.Flush(ctx); err == nil {
				acked = n
			}
		}
	}
	if !is[*WriteError](err) || err.Error() != "the journal cannot be written: the disk is full" || acked == 0 {
		t.Fatalf("after %d rows: %T %v", acked, err, err)
	}
	check := func() {
		t.Helper()
		got := verdicts(t, j, "a")
		stored := strings.Count(got, "s")
		if int64(stored) < acked || got != strings.Repeat("s", stored)+strings.Repeat("?", rows-1-stored)+"-" {
			t.Errorf("%d rows were acknowledged, %d are recorded, or what is not is not unknown", acked, stored)
		}
	}
	check()
	for _, after := range []error{
		s.Record(row.Outcome{Row: rows}), s.Flush(ctx), s.Fence(ctx, rows), s.End(ctx, 0, "", ""),
	} {
		if after != err {
			t.Errorf("got %v after %v", after, err)
		}
	}
	check()
	ok(t, j.Close())
	j = openAt(t, dir)
	check()
	s = resume(t, j, "a")
	record(t, s, rows, rows, row.Succeeded, false)
	ok(t, s.End(ctx, 5, "", ""))
}

// narrowChild records until it may not make files larger than the limit that it is given, as when a disk fails.
func narrowChild(dir string) error {
	limit, err := strconv.ParseUint(os.Args[2], 10, 64)
	if err != nil {
		return err
	}
	if err := limitFiles(limit); err != nil {
		return err
	}
	acked, err := narrowRun(dir)
	fmt.Println("acked", acked)
	if !is[*WriteError](err) {
		return fmt.Errorf("got %T %w", err, err)
	}
	return nil
}

func narrowRun(dir string) (acked int64, err error) {
	ctx := context.Background()
	lock, err := Acquire(ctx, dir, 0)
	if err != nil {
		return 0, err
	}
	defer lock.Release()
	j, err := Open(ctx, dir)
	if err != nil {
		return 0, err
	}
	defer j.Close()
	if err := j.Begin(ctx, Run{ID: "a"}); err != nil {
		return 0, err
	}
	s, err := j.BeginSession(ctx, "a")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.End(ctx, 0, "", "")) }()
	if err := j.Planned(ctx, "a", math.MaxInt32, nil); err != nil {
		return 0, err
	}
	for n := int64(1); ; n++ {
		if n%100 == 1 {
			if err := s.Fence(ctx, n+99); err != nil {
				return acked, err
			}
		}
		if err := s.Record(row.Outcome{Row: n, Verdict: row.Succeeded}); err != nil {
			return acked, err
		}
		if n%20 == 0 {
			if err := s.Flush(ctx); err != nil {
				return acked, err
			}
			acked = n
		}
	}
}

// TestWriteFails lets writes fail with an error of the device from a certain size of the files on: the first write, and
// others up to the middle of the work. What was acknowledged is there afterwards.
func TestWriteFails(t *testing.T) {
	t.Parallel()
	most := int64(0)
	for _, limit := range []int{0, 4096, pageSize, 100_000, 190_000, 230_000, 270_000} {
		dir := t.TempDir()
		c := childCommand(t, "narrow", dir)
		c.Args = append(c.Args, strconv.Itoa(limit))
		out, err := c.Output()
		if err != nil {
			t.Errorf("limit %d: %v: %s", limit, err, out)
			continue
		}
		var acked int64
		_, err = fmt.Sscanf(string(out), "acked %d", &acked)
		ok(t, err)
		most = max(most, acked)
		j := openAt(t, dir)
		if _, err := j.Run(t.Context(), "a"); errors.Is(err, fs.ErrNotExist) && acked == 0 {
			continue
		}
		n := int64(0)
		for o, err := range j.Outcomes(t.Context(), "a") {
			ok(t, err)
			if o.Verdict != row.Succeeded {
				break
			}
			n++
		}
		if n < acked {
			t.Errorf("limit %d: %d rows were acknowledged, %d are there", limit, acked, n)
		}
		ok(t, j.Close())
	}
	if most == 0 {
		t.Error("nothing was acknowledged with any limit")
	}
}

// openChild tries to use a folder that it may not write.
func openChild(dir string) error {
	ctx := context.Background()
	if _, err := Acquire(ctx, filepath.Join(dir, "new"), 0); !is[*WriteError](err) {
		return fmt.Errorf("a new folder: got %T %w", err, err)
	}
	if _, err := Acquire(ctx, dir, 0); !is[*WriteError](err) {
		return fmt.Errorf("the lock: got %T %w", err, err)
	}
	if _, err := Open(ctx, dir); !is[*WriteError](err) {
		return fmt.Errorf("the journal: got %T %w", err, err)
	}
	j, err := OpenReadOnly(ctx, dir)
	if err != nil {
		return err
	}
	defer j.Close()
	if _, err := j.Run(ctx, "a"); err != nil {
		return err
	}
	fmt.Println("read it")
	return nil
}
