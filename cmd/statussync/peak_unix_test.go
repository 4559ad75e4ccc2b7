//go:build unix

package main

import (
	"os"
	"syscall"
)

// peakOf returns the peak memory of a process that has ended, in KiB on Linux.
func peakOf(p *os.ProcessState) int64 { return int64(p.SysUsage().(*syscall.Rusage).Maxrss) }
