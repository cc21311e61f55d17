package main

import (
	"context"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

// compose loads the file as `docker compose config` does: schema, interpolation, and every reference between its parts.
func compose(file string, _ []string) error {
	options, err := cli.NewProjectOptions(
		[]string{file},
		cli.WithName("faemban"),
		cli.WithResolvedPaths(true),
		cli.WithConsistency(true),
	)
	if err != nil {
		return err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return err
	}
	text, err := project.MarshalJSON()
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(text)
	return err
}
