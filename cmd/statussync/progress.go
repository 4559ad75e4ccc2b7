package main

import (
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"go.uber.org/zap"

	"github.com/statussync/statussync/sync/run"
)

// A screen is standard error while a bar may stand at its end: what is written meanwhile appears above the bar.
type screen struct {
	to  io.Writer
	mu  sync.Mutex
	bar *mpb.Progress // nil while there is none
}

// Write writes whole lines.
func (s *screen) Write(lines []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bar != nil {
		if n, err := s.bar.Write(lines); err == nil {
			return n, nil
		}
	}
	return s.to.Write(lines)
}

func (s *screen) hold(bar *mpb.Progress) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bar = bar
}

// watch returns what shows how far a phase is, as the settings want it: a bar on a terminal, log entries elsewhere.
func watch(s *Settings, to *screen, log *zap.Logger) func(func() run.Progress) (done func()) {
	switch s.progressOn(to.to) {
	case "bar":
		return func(progress func() run.Progress) func() { return to.showBar(progress) }
	case "plain":
		return func(progress func() run.Progress) func() { return logProgress(log, s.Stats, progress) }
	}
	return func(func() run.Progress) func() { return func() {} }
}

// progressOn returns how progress is shown on w: bar, plain or none.
func (s *Settings) progressOn(w io.Writer) string {
	switch {
	case s.Progress == "bar" && !isTerminal(w):
		return "plain"
	case s.Progress != "auto":
		return s.Progress
	case s.Quiet:
		return "none"
	case isTerminal(w) && os.Getenv("TERM") != "dumb" && s.LogFormat != "json":
		return "bar"
	}
	return "plain"
}

// showBar keeps two lines at the end of the terminal up to date, until done is called.
func (s *screen) showBar(progress func() run.Progress, more ...mpb.ContainerOption) (done func()) {
	var state atomic.Pointer[run.Progress]
	stop := sampled(&state, progress)
	p := mpb.New(append(more, drawnOn(s.to), mpb.WithRefreshRate(drawEvery))...)
	first := mpb.BarFillerFunc(func(w io.Writer, st decor.Statistics) error {
		_, err := io.WriteString(w, barLine(state.Load(), st.AvailableWidth))
		return err
	})
	second := mpb.BarFillerFunc(func(w io.Writer, st decor.Statistics) error {
		_, err := io.WriteString(w, stateLine(state.Load(), st.AvailableWidth, time.Now())+"\n")
		return err
	})
	bar, err := p.Add(1, first, mpb.BarExtender(second, false), mpb.BarFillerTrim(), mpb.BarRemoveOnComplete())
	if err != nil {
		return stop
	}
	s.hold(p)
	return func() {
		stop()
		bar.Abort(true)
		p.Wait()
		s.hold(nil)
	}
}

// drawEvery is how often the bar is drawn.
const drawEvery = 200 * time.Millisecond

// sampled keeps state up to date until stop is called. The bar looks at that and never asks itself: whoever answers may
// be waiting to write a line above it.
func sampled(state *atomic.Pointer[run.Progress], progress func() run.Progress) (stop func()) {
	sample := func() {
		p := progress()
		state.Store(&p)
	}
	sample()
	return everySo(drawEvery, sample)
}

// everySo calls f every so often, until stop is called.
func everySo(every time.Duration, f func()) (stop func()) {
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-end:
				return
			case <-tick.C:
				f()
			}
		}
	}()
	return func() { close(end); <-ended }
}

// logProgress logs how far a phase is every so often, until done is called.
func logProgress(log *zap.Logger, every time.Duration, progress func() run.Progress) (done func()) {
	if every <= 0 {
		return func() {}
	}
	return everySo(every, func() { logged(log, progress()) })
}

func logged(log *zap.Logger, p run.Progress) {
	var fields []zap.Field
	switch p.Phase {
	case run.Listing:
		fields = append(fields, zap.Int64("apps", p.All), zap.Int64("done", p.Done), zap.Int64("pages", p.Pages))
	case run.ReadingBack:
		fields = append(fields, zap.Int64("rows", p.All), zap.Int64("done", p.Done))
	default:
		fields = append(fields, zap.Int64("rows", p.All), zap.Int64("done", p.Done), zap.Int64("failed", p.Bad),
			zap.Int("inFlight", p.InFlight))
		if p.Allowed > 0 { // without a limit there is no forecast
			fields = append(fields, zap.Float64("perSecond", rounded(p.Allowed)),
				zap.Duration("left", p.Left.Round(time.Second)))
		}
	}
	if p.Until.After(time.Now()) {
		fields = append(fields, zap.Time("pausedUntil", p.Until))
	}
	log.Info(string(p.Phase), fields...)
}
