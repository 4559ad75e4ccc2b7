package simulator_test

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// A service meets the second request with a fault, as a rule says, and tells afterwards what was applied.
func Example() {
	sim := simulator.New(simulator.Config{
		Rules: []simulator.Rule{{At: 2, Times: 1, Fault: simulator.Fault{Status: 503}}},
	})
	if err := sim.Start(""); err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = sim.Close() }()

	const app = "0f1e2d3c-0000-4000-8000-00000000000a"
	for range 3 {
		r, _ := http.NewRequest(http.MethodPatch, sim.URL()+"/beta/deviceAppManagement/mobileApps/"+app+"/userStatuses",
			strings.NewReader(`{"id":"u1","userPrincipalName":"adele@contoso.example","installedDeviceCount":1}`))
		r.Header.Set("Authorization", "Bearer any")
		r.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			fmt.Println(err)
			return
		}
		_ = resp.Body.Close()
		fmt.Println(resp.Status)
	}
	value, _ := sim.Value(app, "u1")
	fmt.Println(value.InstalledDeviceCount, "installed, applied", sim.Applied(app, "u1"), "times")
	// Output:
	// 200 OK
	// 503 Service Unavailable
	// 200 OK
	// 1 installed, applied 2 times
}
