package main

import (
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

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

// startRehearsal serves the simulator of a rehearsal on a loopback port of its own.
func startRehearsal() (*simulator.Server, error) {
	s := simulator.New(rehearsal())
	return s, s.Start("")
}

// A simulation is what the flags of simulate set.
type simulation struct {
	config  simulator.Config
	address string
	rules   []string
	answer  string
}

func simulateCommand(std streams) *cobra.Command {
	var s simulation
	cmd := &cobra.Command{
		Use:   "simulate [flags]",
		Short: "Serve a simulated Graph on loopback",
		Long: `Serve a small Microsoft Graph on loopback until the process is told to stop: the userStatuses of apps, with the
published quota. Faults are scripted by rules, each a list of settings such as
"at=10,times=3,status=429,wait=5s" or "rate=0.01,reset=after".`,
		Example: `  statussync simulate --address 127.0.0.1:8080
  STATUSSYNC_TOKEN=any statussync run --base-url http://127.0.0.1:8080/beta users.csv`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			server, err := s.start()
			if err != nil {
				return usageOf(err)
			}
			defer server.Close()
			fmt.Fprintf(std.out, "%s/beta\n", server.URL())
			<-cmd.Context().Done()
			return nil
		},
	}
	s.flags(cmd.Flags())
	return cmd
}

func (s *simulation) start() (*simulator.Server, error) {
	for _, text := range s.rules {
		rule, err := simulator.ParseRule(text)
		if err != nil {
			return nil, err
		}
		s.config.Rules = append(s.config.Rules, rule)
	}
	s.config.Answer = simulator.Body(s.answer)
	if err := s.config.Check(); err != nil {
		return nil, err
	}
	server := simulator.New(s.config)
	return server, server.Start(s.address)
}

func (s *simulation) flags(f *pflag.FlagSet) {
	c := &s.config
	f.StringVar(&s.address, "address", "127.0.0.1:0", "listen on this loopback `address`; port 0 takes a free one")
	f.StringArrayVar(&s.rules, "rule", nil, "script a fault; may be repeated")
	f.StringSliceVar(&c.Tokens, "accept", nil, "accept these bearer `tokens` alone; for tests, not for secrets")
	f.StringVar(&s.answer, "answer", "", "body of an `answer` of success: object, value, empty, no-content")
	f.DurationVar(&c.Latency, "latency", 0, "carry a request out after this `duration`")
	f.DurationVar(&c.Jitter, "jitter", 0, "add up to this `duration` to the latency")
	f.Uint64Var(&c.Seed, "seed", 0, "begin the chance in faults here")
	f.BoolVar(&c.Outage, "outage", false, "answer everything with 503")
	f.BoolVar(&c.RouteRemoved, "route-removed", false, "answer as a Graph whose model has no userStatuses")
	f.BoolVar(&c.Quota.Unlimited, "unlimited", false, "have no quota")
	f.BoolVar(&c.Quota.Fixed, "fixed-window", false, "count in windows that follow each other, instead of one that slides")
	f.DurationVar(&c.Quota.Window, "window", simulator.DefaultWindow, "count requests in windows of this `duration`")
	f.IntVar(&c.Quota.ClientWrites, "writes", simulator.DefaultClientWrites, "allow this `number` of writes in a window")
}
