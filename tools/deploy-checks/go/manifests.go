package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"strings"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	kubernetes "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/yaml"
)

var strictly = decoderOf(kubernetes.AddToScheme, monitoring.AddToScheme)

// decoderOf knows the given kinds, and refuses fields that they do not have, fields given twice and values of another type.
func decoderOf(additions ...func(*runtime.Scheme) error) runtime.Decoder {
	scheme := runtime.NewScheme()
	for _, add := range additions {
		if err := add(scheme); err != nil {
			panic(err)
		}
	}
	return serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
}

// decodeAll answers each document of a YAML stream as JSON, or what its type does not know of it.
func decodeAll(text string) ([]json.RawMessage, error) {
	documents := utilyaml.NewYAMLReader(bufferedReaderOf(text))
	decoded := []json.RawMessage{}
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return decoded, nil
		}
		if err != nil {
			return nil, err
		}
		asJSON, err := yaml.YAMLToJSONStrict(document)
		if err != nil {
			return nil, err
		}
		if strings.TrimSpace(string(asJSON)) == "null" {
			continue
		}
		if _, _, err := strictly.Decode(document, nil, nil); err != nil {
			return nil, err
		}
		decoded = append(decoded, asJSON)
	}
}

func bufferedReaderOf(text string) *bufio.Reader {
	return bufio.NewReader(strings.NewReader(text))
}
