package simulator_test

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// With a login, a token has to be asked for with a secret that the service knows.
func ExampleLogin() {
	const app = "4a6b7c8d-0000-4000-8000-00000000000e"
	sim := simulator.New(simulator.Config{
		Login: &simulator.Login{Apps: []simulator.App{{ID: app, Secrets: []string{"good"}}}},
	})
	if err := sim.StartLogin(""); err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = sim.Close() }()

	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: sim.Authority()}}}
	for _, secret := range []string{"bad", "good"} {
		resp, err := client.PostForm(sim.LoginURL()+"/"+simulator.DefaultTenant+"/oauth2/v2.0/token", url.Values{
			"grant_type": {"client_credentials"}, "client_id": {app}, "client_secret": {secret},
			"scope": {simulator.DefaultResource + "/.default"},
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		var answer struct {
			Codes   []int `json:"error_codes"`
			Seconds int   `json:"expires_in"`
		}
		_ = json.NewDecoder(resp.Body).Decode(&answer)
		_ = resp.Body.Close()
		fmt.Println(resp.Status, answer.Codes, answer.Seconds)
	}
	client.CloseIdleConnections()
	// Output:
	// 401 Unauthorized [7000215] 0
	// 200 OK [] 3600
}
