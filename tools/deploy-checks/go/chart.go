package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"sort"
	"strings"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/cli/values"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/getter"
	helmlint "helm.sh/helm/v3/pkg/lint"
)

const (
	// releaseFlag before a name renders the chart as a release of that name, not of `faemban`.
	releaseFlag = "--release="
	namespace   = "faemban"
	// kubeVersion is the version that the chart is rendered for; Helm's own default is the one its client was built with.
	kubeVersion = "v1.33.0"
)

// valuesOf merges values files and `key=value` settings as Helm's own command line does.
func valuesOf(arguments []string) (map[string]any, error) {
	var options values.Options
	for _, argument := range arguments {
		if strings.HasPrefix(argument, releaseFlag) {
			continue
		}
		if strings.Contains(argument, "=") {
			options.Values = append(options.Values, argument)
		} else {
			options.ValueFiles = append(options.ValueFiles, argument)
		}
	}
	return options.MergeValues(getter.Providers{})
}

// releaseNameOf is the name that the release is given.
func releaseNameOf(arguments []string) string {
	for _, argument := range arguments {
		if name, found := strings.CutPrefix(argument, releaseFlag); found {
			return name
		}
	}
	return "faemban"
}

// lint prints the messages of `helm lint --strict`; an error among them fails it.
func lint(folder string, arguments []string) error {
	given, err := valuesOf(arguments)
	if err != nil {
		return err
	}
	linter := helmlint.AllWithKubeVersion(folder, given, namespace, nil)
	messages := []string{}
	for _, message := range linter.Messages {
		messages = append(messages, message.Error())
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"worst": linter.HighestSeverity, "messages": messages})
}

// render prints every manifest, each decoded strictly by its own type, and the notes.
func render(folder string, arguments []string) error {
	chart, err := loader.Load(folder)
	if err != nil {
		return err
	}
	given, err := valuesOf(arguments)
	if err != nil {
		return err
	}
	version, err := chartutil.ParseKubeVersion(kubeVersion)
	if err != nil {
		return err
	}
	capabilities := chartutil.DefaultCapabilities.Copy()
	capabilities.KubeVersion = *version
	release := chartutil.ReleaseOptions{Name: releaseNameOf(arguments), Namespace: namespace, Revision: 1, IsInstall: true}
	all, err := chartutil.ToRenderValues(chart, given, release, capabilities)
	if err != nil {
		return err
	}
	strict := engine.Engine{Strict: true}
	files, err := strict.Render(chart, all)
	if err != nil {
		return err
	}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	manifests := []json.RawMessage{}
	notes := ""
	for _, name := range names {
		if path.Base(name) == "NOTES.txt" {
			notes += files[name]
			continue
		}
		decoded, err := decodeAll(files[name])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		manifests = append(manifests, decoded...)
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"manifests": manifests, "notes": notes})
}
