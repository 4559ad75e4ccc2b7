package graph_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/statussync/statussync/sync/graph"
	"github.com/statussync/statussync/sync/graph/signin"
	"github.com/statussync/statussync/sync/graph/simulator"
	"github.com/statussync/statussync/sync/row"
)

// One status is set, then all statuses of its app are read, and an app that is not there is refused.
func Example() {
	service := simulator.New(simulator.Config{})
	check(service.Start(""))
	defer service.Close()
	client, err := graph.New(graph.Config{
		BaseURL: service.URL() + "/beta", // without it, Microsoft Graph itself
		Tokens:  signin.NewStatic("the example", "some-token"),
	})
	check(err)
	defer client.Close()

	ctx := context.Background()
	status := row.Status{
		AppID: "0f1e2d3c-0000-4000-8000-00000000000a", ID: "7", UserPrincipalName: "ann@contoso.example", Installed: 2,
	}
	answer, err := client.Patch(ctx, &status)
	fmt.Println("set:", answer.HTTPStatus, err)

	for next, more := "", true; more; more = next != "" {
		page, _, err := client.List(ctx, status.AppID, next)
		check(err)
		for _, s := range page.Statuses {
			fmt.Println("held:", s.ID, s.UserPrincipalName, s.Installed)
		}
		next = page.Next
	}

	status.AppID = simulator.ReservedApp
	_, err = client.Patch(ctx, &status)
	if e, ok := errors.AsType[*graph.Error](err); ok {
		fmt.Println("refused:", e.Answer.HTTPStatus, e.Kind, "another try may fare better:", e.Again())
	}
	// Output:
	// set: 200 <nil>
	// held: 7 ann@contoso.example 2
	// refused: 404 refused another try may fare better: false
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
