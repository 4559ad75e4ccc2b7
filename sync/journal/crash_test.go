package journal

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/statussync/statussync/sync/row"
)

const (
	crashRows    = 4000 // more than a chain of sessions gets through
	crashFence   = 60   // rows fenced at a time
	crashAck     = 15   // rows of a worker between two flushes
	crashWorkers = 4
)

// recordChild is a run as the program does it. It says "send SESSION ROW" before a row is sent, and "ack SESSION ROW"
// when its outcome was acknowledged. Every tenth row is refused for now. The rows after those are revised: "revise" is
// said before, and "revised" when that was acknowledged.
func recordChild(dir string) error {
	ctx := context.Background()
	lock, err := Acquire(ctx, dir, 0)
	if err != nil {
		return err
	}
	defer lock.Release()
	j, err := Open(ctx, dir)
	if err != nil {
		return err
	}
	s, err := j.BeginSession(ctx, "a")
	if err != nil {
		return err
	}
	r, err := j.Run(ctx, "a")
	if err != nil {
		return err
	}
	rows := make(chan int64)
	var workers sync.WaitGroup
	for range crashWorkers {
		workers.Go(func() { crashWorker(s, r.Sessions, rows) })
	}
	fence := int64(0)
	for o, err := range j.Outcomes(ctx, "a") {
		if err != nil {
			return err
		}
		if !o.Retryable {
			continue
		}
		if o.Row > fence {
			fence = o.Row + crashFence
			if err := s.Fence(ctx, fence); err != nil {
				return err
			}
		}
		rows <- o.Row
	}
	close(rows)
	workers.Wait()
	return s.End(ctx, 0, "", "")
}

func crashWorker(s *Session, session int, rows <-chan int64) {
	var recorded, revised []int64
	for n := range rows {
		fmt.Printf("send %d %d\n", session, n)
		o := row.Outcome{Row: n, Verdict: row.Succeeded, Attempts: session, Answer: row.Answer{HTTPStatus: 200}}
		if n%10 == 0 {
			o.Verdict, o.Retryable, o.HTTPStatus = row.Failed, true, 429
		}
		if err := s.Record(o); err != nil {
			panic(err)
		}
		if recorded = append(recorded, n); len(recorded) == crashAck {
			if err := s.Flush(context.Background()); err != nil {
				panic(err)
			}
			say("revised", session, revised)
			say("ack", session, recorded)
			revised = crashRevise(s, session, recorded, revised[:0])
			recorded = recorded[:0]
		}
	}
}

func say(what string, session int, rows []int64) {
	for _, n := range rows {
		fmt.Printf("%s %d %d\n", what, session, n)
	}
}

// crashRevise revises some of the recorded rows, and returns which.
func crashRevise(s *Session, session int, recorded, revised []int64) []int64 {
	for _, n := range recorded {
		if n%10 != 1 {
			continue
		}
		say("revise", session, []int64{n})
		if err := s.Revise(mismatched(n, "a: sent 1, read back 2")); err != nil {
			panic(err)
		}
		revised = append(revised, n)
	}
	return revised
}

// crashBooks is what is known of the rows from what the children said.
type crashBooks struct {
	sent, acked     map[int64]int // row to the last session that sent it, or whose outcome was acknowledged
	revise, revised map[int64]int // row to the session that revised it, or whose revision was acknowledged
}

// run starts a child, kills it when it has said so many lines, and takes down all that it said.
func (b *crashBooks) run(t *testing.T, dir string, lines int) (sent []int64) {
	c := childCommand(t, "record", dir)
	out, err := c.StdoutPipe()
	ok(t, err)
	ok(t, c.Start())
	said := bufio.NewScanner(out)
	for n := 0; said.Scan(); n++ {
		if n == lines {
			ok(t, c.Process.Kill())
		}
		var what string
		var session int
		var number int64
		if _, err := fmt.Sscan(said.Text(), &what, &session, &number); err != nil {
			t.Fatalf("the child says %q", said.Text())
		}
		switch what {
		case "send":
			b.sent[number] = session
			sent = append(sent, number)
		case "ack":
			b.acked[number] = session
		case "revise":
			b.revise[number] = session
		case "revised":
			b.revised[number] = session
		}
	}
	if c.Wait(); c.ProcessState.Exited() {
		t.Fatalf("the child was not killed: %v", c.ProcessState)
	}
	return sent
}

// check holds the journal against the books; last are the rows that the last session sent.
func (b *crashBooks) check(t *testing.T, j *Journal, last []int64) {
	n, stored := int64(0), map[int64]int{}
	for o, err := range j.Outcomes(t.Context(), "a") {
		ok(t, err)
		if n++; o.Row != n {
			t.Fatalf("row %d comes where %d should", o.Row, n)
		}
		stored[n] = o.Attempts
		sent, acked := b.sent[n], b.acked[n]
		switch {
		case o.Verdict == row.Unsent && sent > 0:
			t.Errorf("row %d reads as unsent and was sent", n)
		case o.Verdict == row.Succeeded && (sent == 0 || n%10 == 0):
			t.Errorf("row %d reads as succeeded and did not", n)
		case o.Verdict == row.Mismatched && b.revise[n] == 0:
			t.Errorf("row %d reads as mismatched and was not revised", n)
		case b.revised[n] > 0 && o.Verdict != row.Mismatched:
			t.Errorf("row %d: the revision is lost: %+v", n, o)
		case o.Verdict == row.Failed && o.Attempts < sent:
			t.Errorf("row %d reads as refused by session %d, and session %d sent it again", n, o.Attempts, sent)
		case acked > 0 && acked == sent && o.Attempts < acked:
			t.Errorf("row %d: the outcome of session %d is lost: %+v", n, acked, o)
		}
	}
	if n != crashRows {
		t.Errorf("%d rows", n)
	}
	lost := 0
	for _, n := range last {
		if stored[n] < b.sent[n] {
			lost++
		}
	}
	if limit := crashWorkers * (crashAck + 1); lost > limit {
		t.Errorf("%d outcomes of sent rows are lost, want at most the %d in flight or not flushed", lost, limit)
	}
}

// TestKilled kills a recording process at random moments, 52 times. Nothing that was acknowledged is lost, no row has
// two outcomes (the children would fail), no row that was sent reads as unsent, and none reads as revised that was not.
func TestKilled(t *testing.T) {
	t.Parallel()
	for chain := range 4 {
		t.Run(fmt.Sprint(chain), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			j := openAt(t, dir)
			ok(t, begin(t, j, "a", crashRows).End(t.Context(), 5, "", ""))
			ok(t, j.Close())
			books := crashBooks{map[int64]int{}, map[int64]int{}, map[int64]int{}, map[int64]int{}}
			for range 13 {
				last := books.run(t, dir, rand.IntN(300))
				j := openAt(t, dir)
				books.check(t, j, last)
				ok(t, j.Close())
			}
			if len(books.revised) == 0 {
				t.Error("nothing was revised")
			}
		})
	}
}
