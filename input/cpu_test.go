//go:build unix

package input

import (
	"syscall"
	"testing"
	"time"
)

// cpuPerRow runs pass, which reads rows rows, b.N times and reports the processor time of all threads for one row: a
// reader that works in a goroutine of its own looks cheaper by the clock than it is.
func cpuPerRow(b *testing.B, rows int, pass func()) {
	b.Helper()
	b.ReportAllocs()
	pass()
	before := cpuTime(b)
	b.ResetTimer()
	for range b.N {
		pass()
	}
	b.StopTimer()
	b.ReportMetric(float64((cpuTime(b)-before).Nanoseconds())/float64(b.N*rows), "cpu-ns/row")
	b.ReportMetric(0, "ns/op")
}

func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
