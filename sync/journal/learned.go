package journal

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

const (
	updateLearned = `INSERT INTO target (name, rate, learned) VALUES (?1, ?2, ?3)
	ON CONFLICT DO UPDATE SET rate = excluded.rate, learned = excluded.learned`

	selectLearned = `SELECT ifnull(rate, 0), learned FROM target WHERE name = ?`
)

// Learn records how many requests per second target was found to allow; 0 forgets.
func (j *Journal) Learn(ctx context.Context, target string, perSecond float64) error {
	rate, at := any(nil), time.Time{}
	if perSecond > 0 {
		rate, at = perSecond, time.Now()
	}
	return j.commit(ctx, func(ctx context.Context, c *sql.Conn) error {
		_, err := c.ExecContext(ctx, updateLearned, target, rate, nanos(at))
		return err
	})
}

// Learned returns how many requests per second target was last found to allow, and when; zeros if that is not known.
func (j *Journal) Learned(ctx context.Context, target string) (perSecond float64, at time.Time, err error) {
	var learned sql.NullInt64
	err = j.db.QueryRowContext(ctx, selectLearned, target).Scan(&perSecond, &learned)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, at, nil
	}
	return perSecond, timeOf(learned), j.read(err)
}
