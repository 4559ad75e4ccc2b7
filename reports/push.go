package reports

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus/push"
)

// pushTimeout is how long a gateway may keep a run from its end.
const pushTimeout = 10 * time.Second

// Push hands the same as WriteMetrics to a Pushgateway, as the job statussync, within ten seconds. A run that was no
// success leaves the time of the last one there as it is. Redirects are not followed. Errors are of type *MetricsError.
func Push(ctx context.Context, to string, run *Run) error {
	alone := &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}
	return pushOver(ctx, alone, to, run)
}

func pushOver(ctx context.Context, transport http.RoundTripper, to string, run *Run) error {
	if err := CheckGateway(to); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, pushTimeout)
	defer cancel()
	p := push.New(to, metricsPrefix).Gatherer(metrics(run, 0)).Client(&gateway{http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}})
	err := p.AddContext(ctx) // replaces the metrics that it brings alone, where Push would drop the last success
	if inner := (*url.Error)(nil); errors.As(err, &inner) {
		err = inner.Err
	}
	if err != nil {
		return &MetricsError{to, err}
	}
	return nil
}

// CheckGateway refuses what is not the address of a Pushgateway: an http or https URL, up to where /metrics begins,
// without a user, whose password would be shown in too many places. The *MetricsError does not show it.
func CheckGateway(to string) error {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" ||
		u.Fragment != "" {
		return &MetricsError{"the Pushgateway", errors.New("its address is not of the form https://host:port")}
	}
	return nil
}

// A gateway makes an error of a refusal, without the text of the answer, which may be long and say anything.
type gateway struct{ http.Client }

func (g *gateway) Do(req *http.Request) (*http.Response, error) {
	resp, err := g.Client.Do(req)
	if err != nil || resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusAccepted {
		return resp, err
	}
	resp.Body.Close()
	return nil, fmt.Errorf("the gateway answered %d", resp.StatusCode)
}
