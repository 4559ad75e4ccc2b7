package graph

import (
	"net/http"
	"strconv"
	"time"

	"github.com/statussync/statussync/sync/row"
)

// maxReset bounds what a service may say of the time until its quota grows again.
const maxReset = time.Hour

// quotaOf reads what an answer says of the quota. None of its headers is documented for Intune, so none may be there;
// with one that makes no sense all of them count as absent.
func quotaOf(h http.Header) (q row.Quota) {
	if len(h["Ratelimit-Remaining"]) == 0 {
		return q
	}
	limit, err1 := strconv.Atoi(h.Get("RateLimit-Limit"))
	remaining, err2 := strconv.Atoi(h.Get("RateLimit-Remaining"))
	reset, err3 := strconv.ParseFloat(h.Get("RateLimit-Reset"), 64)
	wait := time.Duration(reset * float64(time.Second))
	if err1 != nil || err2 != nil || err3 != nil || limit < 1 || remaining < 0 || remaining > limit ||
		!(reset >= 0) || reset > maxReset.Seconds() {
		return q
	}
	return row.Quota{Limit: limit, Remaining: remaining, Reset: wait}
}
