// Command deploychecks reads what is deployed with the same libraries that deploy it: the compose file with compose-go,
// the chart with Helm, and manifests with the types of Kubernetes and of the Prometheus operator. Nothing is contacted.
//
// Each command prints JSON to standard output, or its refusal to standard error with exit code 1.
package main

import (
	"fmt"
	"os"
)

const usage = `usage:
  deploychecks compose <file>                        the file as compose understands it, as JSON
  deploychecks lint <chart folder> [values file ...]  what helm lint says, as JSON
  deploychecks render <chart folder> [--release=<name>] [values file ...] [key=value ...]
                                                     every manifest of the chart, decoded strictly, as a JSON list
`

func main() {
	if len(os.Args) < 3 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	commands := map[string]func(string, []string) error{"compose": compose, "lint": lint, "render": render}
	command, known := commands[os.Args[1]]
	if !known {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	if err := command(os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
