package run

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/journal"
)

// learnedFor is how long a learned rate is begun with. A quota may have changed by then, and beginning too fast costs a
// few refusals where beginning too slow costs minutes.
const learnedFor = 30 * 24 * time.Hour

// learned returns what learnedRate does, after what is to be forgotten is forgotten.
func (w *work) learned(ctx context.Context) (perSecond float64, at time.Time, err error) {
	if w.o.ForgetRate {
		err = w.journal.Learn(ctx, w.o.target(), 0)
	}
	if err == nil {
		perSecond, at, err = learnedRate(ctx, w.journal, &w.o)
	}
	if err != nil {
		return 0, at, interrupted(ctx, books(err))
	}
	return perSecond, at, nil
}

// learnedRate returns the requests per second that an earlier run found the target to allow and when, 0 for a run that
// begins at its own rate.
func learnedRate(ctx context.Context, j *journal.Journal, o *Options) (perSecond float64, at time.Time, err error) {
	if !o.begunAsLearned() {
		return 0, at, nil
	}
	perSecond, at, err = j.Learned(ctx, o.target())
	if perSecond > 0 && time.Since(at) > learnedFor {
		o.Log.Info("the rate that was learned is too old to begin with", zap.Time("learned", at))
		perSecond = 0
	}
	return perSecond, at, err
}

// begunAsLearned reports whether a run begins with a rate that an earlier one has learned.
func (o *Options) begunAsLearned() bool { return o.Send.Adaptive && !o.ForgetRate }

// tellRate says when the sending begins at another rate than that of the settings.
func (w *work) tellRate() {
	if allowed := w.dispatch.Allowed(); allowed > 0 && allowed < w.o.fullRate() {
		w.o.Log.Info("the rate starts at what an earlier run has learned", zap.Float64("perSecond", allowed),
			zap.Time("learned", w.learnedAt))
	}
}

// learn keeps the rate that the sending has ended with for the next run. When that is the rate of the settings, they
// are the limit, and nothing is known of the service's.
func (w *work) learn(ctx context.Context) {
	if !w.o.Send.Adaptive || w.requests.Load() == 0 {
		return
	}
	allowed, full := w.dispatch.Allowed(), w.o.fullRate()
	switch {
	case allowed == w.o.Send.Learned: // nothing new, and no reason to call it that
		return
	case allowed >= full && w.o.Send.Learned >= full: // a slower run says nothing about a faster one
		return
	case allowed >= full:
		allowed = 0
	}
	if err := w.journal.Learn(ctx, w.run.Target, allowed); err != nil {
		w.o.Log.Warn("the rate that was found could not be kept for the next run", zap.Error(err))
	}
}

// fullRate returns the requests per second at which a run goes that has learned nothing; 0 is no limit.
func (o *Options) fullRate() float64 {
	return dispatch.New(dispatch.Options{Rate: o.Send.Rate, Burst: o.Send.Burst}).Allowed()
}
