package journal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
)

// holdChild holds the lock until its input ends.
func holdChild(dir string) error {
	lock, err := Acquire(context.Background(), dir, 0)
	if err != nil {
		return err
	}
	fmt.Println("locked")
	io.Copy(io.Discard, os.Stdin)
	return lock.Release()
}

func TestLock(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), filepath.Join(t.TempDir(), "runs")
	c := childCommand(t, "hold", dir)
	in, err := c.StdinPipe()
	ok(t, err)
	out, err := c.StdoutPipe()
	ok(t, err)
	ok(t, c.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || line != "locked\n" {
		t.Fatal(line, err)
	}

	start := time.Now()
	_, err = Acquire(ctx, dir, 0)
	host, _ := os.Hostname()
	var locked *Locked
	owner := fmt.Sprintf("process %d on %q since 20", c.Process.Pid, host)
	if !errors.As(err, &locked) || !strings.HasPrefix(locked.Holder, owner) ||
		!strings.Contains(err.Error(), locked.Holder) || locked.Hint() == "" {
		t.Errorf("got %v", err)
	}
	if _, err := Acquire(ctx, dir, 120*time.Millisecond); !is[*Locked](err) || time.Since(start) < 120*time.Millisecond {
		t.Errorf("got %v after %v", err, time.Since(start))
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := Acquire(gone, dir, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v when the context has ended", err)
	}

	ok(t, in.Close())
	lock, err := Acquire(ctx, dir, time.Hour)
	ok(t, err)
	ok(t, c.Wait())
	if _, err := Acquire(ctx, dir, 0); !is[*Locked](err) {
		t.Errorf("got %v in the same process", err)
	}
	ok(t, lock.Release())
	if text, err := os.ReadFile(filepath.Join(dir, "lock")); err != nil || len(text) != 0 {
		t.Errorf("left behind: %q %v", text, err)
	}
}

// TestDeadOwner: whoever is killed holds nothing.
func TestDeadOwner(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := childCommand(t, "hold", dir)
	_, err := c.StdinPipe()
	ok(t, err)
	out, err := c.StdoutPipe()
	ok(t, err)
	ok(t, c.Start())
	_, err = bufio.NewReader(out).ReadString('\n')
	ok(t, err)
	ok(t, c.Process.Kill())
	c.Wait()
	lock, err := Acquire(t.Context(), dir, 0)
	ok(t, err)
	ok(t, lock.Release())
}

func TestLockFileIsALink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	precious := filepath.Join(dir, "precious")
	ok(t, os.WriteFile(precious, []byte("x"), 0o600))
	ok(t, os.Symlink(precious, filepath.Join(dir, "lock")))
	if _, err := Acquire(t.Context(), dir, 0); !is[*WriteError](err) {
		t.Errorf("got %v", err)
	}
	if text, _ := os.ReadFile(precious); string(text) != "x" {
		t.Errorf("overwritten with %q", text)
	}
}

// FuzzHolder: whatever stands in the lock file, what is said of it is one line of printable text.
func FuzzHolder(f *testing.F) {
	f.Add([]byte("17 host 2026-11-23T15:41:00Z\n"))
	f.Add([]byte("17 ho\x1b[31mst 2026-11-23T15:41:00Z\n"))
	f.Add([]byte("x"))
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "lock")
		ok(t, os.WriteFile(path, text, 0o600))
		for _, r := range holder(path) {
			if !unicode.IsPrint(r) {
				t.Errorf("%q says %q", text, holder(path))
			}
		}
	})
}
