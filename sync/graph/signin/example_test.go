package signin_test

import (
	"context"
	"fmt"

	"github.com/statussync/statussync/sync/graph/signin"
	"github.com/statussync/statussync/sync/graph/simulator"
)

const app = "4a6b7c8d-0000-4000-8000-00000000000e"

// An application signs in by its secret. The token is kept until its end is near, or until the service refuses it.
func Example() {
	service := simulator.New(simulator.Config{
		Login: &simulator.Login{Apps: []simulator.App{{ID: app, Secrets: []string{"a secret"}}}},
	})
	if err := service.StartLogin(""); err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = service.Close() }()

	source, err := signin.New(signin.Config{
		Method: signin.ClientSecret, Tenant: simulator.DefaultTenant, ClientID: app,
		Secret:    signin.NewSecret("a secret"),
		Authority: service.LoginURL(), RootCAs: service.Authority(), // without them, Microsoft Entra ID itself
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	first, err := source.Token(ctx, "", "")
	fmt.Println("permissions:", signin.Describe(first).Roles, err)
	second, err := source.Token(ctx, "", "")
	fmt.Println("kept:", second == first, err)
	third, err := source.Token(ctx, first, "") // the service has refused the first one
	fmt.Println("kept:", third == first, err)
	// Output:
	// permissions: [DeviceManagementApps.ReadWrite.All] <nil>
	// kept: true <nil>
	// kept: false <nil>
}

// Without a method, New takes the first for which something is there, and says what it misses.
func ExampleNew() {
	variables := map[string]string{"AZURE_CLIENT_SECRET": "a secret", "AZURE_TENANT_ID": simulator.DefaultTenant}
	cfg := signin.Config{
		Env: func(name string) (string, bool) { text, ok := variables[name]; return text, ok }, // without it, os.LookupEnv
	}
	_, err := signin.New(cfg)
	fmt.Println(err)

	variables["AZURE_CLIENT_ID"] = app
	source, err := signin.New(cfg)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(source.Picked())
	// Output:
	// signing in by environment needs AZURE_CLIENT_ID
	// environment, since AZURE_CLIENT_SECRET is set
}

// A Secret shows itself to nobody who only prints it.
func ExampleSecret() {
	cfg := signin.Config{Secret: signin.NewSecret("a secret")}
	fmt.Println(cfg.Secret)
	fmt.Printf("%q %x\n", cfg.Secret, cfg.Secret)
	fmt.Println(cfg.Secret.Reveal())
	// Output:
	// [redacted]
	// [redacted] [redacted]
	// a secret
}
