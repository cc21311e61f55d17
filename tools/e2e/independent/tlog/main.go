// Reads a signed checkpoint, a verifier key and an inclusion proof with the Go project's own packages, and says whether they hold.
package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type input struct {
	Key        string
	Checkpoint string
	Leaf       string
	Index      int64
	Path       []string
	OldSize    int64
	OldRoot    string
	Consistent []string
}

func hashOf(text string) tlog.Hash {
	var hash tlog.Hash
	bytes, err := hex.DecodeString(text)
	check(err)
	copy(hash[:], bytes)
	return hash
}

func check(err error) {
	if err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
}

func main() {
	var in input
	check(json.NewDecoder(os.Stdin).Decode(&in))
	verifier, err := note.NewVerifier(in.Key)
	check(err)
	signed, err := note.Open([]byte(in.Checkpoint), note.VerifierList(verifier))
	check(err)
	lines := strings.Split(signed.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	check(err)
	var tree tlog.Hash
	copy(tree[:], root)
	var path tlog.RecordProof
	for _, one := range in.Path {
		path = append(path, hashOf(one))
	}
	check(tlog.CheckRecord(path, size, tree, in.Index, tlog.RecordHash([]byte(in.Leaf))))
	var consistent tlog.TreeProof
	for _, one := range in.Consistent {
		consistent = append(consistent, hashOf(one))
	}
	check(tlog.CheckTree(consistent, size, tree, in.OldSize, hashOf(in.OldRoot)))
	fmt.Println("good", lines[0], size)
}
