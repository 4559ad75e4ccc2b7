package main

import (
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// rehearsal is the simulator of run --simulate: a well-behaved Graph with the published quota of 100 writes, scaled
// from 20 s to 2 s, that once asks everybody to wait, as it does when other jobs of a tenant spend the quota.
func rehearsal() simulator.Config {
	const scale = 10
	return simulator.Config{
		Forget:  true,
		Latency: 20 * time.Millisecond,
		Jitter:  20 * time.Millisecond,
		Quota: simulator.Quota{
			Window:         simulator.DefaultWindow / scale,
			ClientRequests: -1, TenantRequests: -1,
		},
		Rules: []simulator.Rule{{
			Method: http.MethodPatch, At: 120, Times: 1,
			Fault: simulator.Fault{Status: http.StatusTooManyRequests, Wait: time.Second},
		}},
	}
}

// startRehearsal serves the simulator of a rehearsal on a loopback port of its own. One that remembers can be read
// back, and its memory grows with the rows.
func startRehearsal(remember bool) (*simulator.Server, error) {
	cfg := rehearsal()
	cfg.Forget = !remember
	s := simulator.New(cfg)
	return s, s.Start("")
}

func simulateCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "simulate [flags]",
		Short: "Serve a simulated Graph on loopback",
		Long: `Serve a small Microsoft Graph on loopback until the process is told to stop: the userStatuses of apps, with the
published quota. Faults are scripted by rules, each a list of settings: "at=10,times=3,status=429,wait=5s" asks
three requests, from the tenth on, to wait; "rate=0.01,reset=after" resets one connection in a hundred. The first
rule that fits a request is taken. The settings are at, times, list, method, app, id, rate, status, code, applied, body,
raw, retry-after, wait, location, reset, cut and delay; their values hold neither comma nor semicolon.`,
		Example: `  statussync simulate --address 127.0.0.1:8080
  statussync simulate --rules "at=10,times=3,status=429,wait=5s; rate=0.01,reset=after"
  STATUSSYNC_TOKEN=any statussync run --base-url http://127.0.0.1:8080/beta users.csv
  statussync simulate --login sim --hold users.csv
  statussync run --config sim/config.yaml users.csv`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := loadSettings(cmd, os.LookupEnv)
			if err != nil {
				return err
			}
			server, err := startServing(&s.Serve)
			if err != nil {
				return err
			}
			defer server.Close()
			fmt.Fprintf(std.out, "%s/beta\n", server.URL())
			<-cmd.Context().Done()
			return nil
		},
	}
	addSettings(cmd, serving)
	return cmd
}
