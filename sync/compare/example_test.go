package compare_test

import (
	"fmt"
	"log"
	"os"

	"github.com/statussync/statussync/sync/compare"
	"github.com/statussync/statussync/sync/row"
)

// One status was listed by the service. A row spells its app and user otherwise, and differs in one count alone.
func Example() {
	spool, err := os.CreateTemp("", "held")
	if err != nil {
		log.Fatal(err)
	}
	defer os.Remove(spool.Name())
	defer spool.Close()

	held := compare.New(spool)
	held.App("0f1e2d3c-0000-4000-8000-00000000000a", true)
	err = held.Add([]row.Status{{
		AppID: "0f1e2d3c-0000-4000-8000-00000000000a", ID: "7", UserPrincipalName: "ann@contoso.example", Installed: 1,
	}})
	if err != nil {
		log.Fatal(err)
	}
	if err := held.Seal(); err != nil {
		log.Fatal(err)
	}

	want := row.Status{
		AppID: "0F1E2D3C-0000-4000-8000-00000000000A", ID: "7", UserPrincipalName: "Ann@contoso.example", Installed: 2,
	}
	before, found, err := held.Find(want.AppID, want.ID)
	if err != nil || !found {
		log.Fatal(found, err)
	}
	for _, d := range compare.Differences(&before, &want) {
		fmt.Printf("%s: %s -> %s\n", d.Field, d.Before, d.After)
	}
	// Output:
	// installedDeviceCount: 1 -> 2
}
