// Asks the real gcfg library what it reads, one JSON case a line.
//
//	gcfg-oracle generate SEED COUNT   random texts and values, the same for the same seed, with the answers
//	gcfg-oracle ask                   the cases on standard input, with the answers
//	gcfg-oracle classes               the classes of characters that names stand on
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
)

// A Case is a text, or a value, and what the library makes of it.
type Case struct {
	Name string `json:"name,omitempty"`
	// The text; or its bytes in hexadecimal, where it is not UTF-8.
	Text string `json:"text,omitempty"`
	Hex  string `json:"hex,omitempty"`
	// Whether it is read as from a file, so that a byte order mark is skipped.
	File bool `json:"file,omitempty"`
	// The types of settings, "Section.Key" to string, bool, int, float or list; all are lists without.
	Schema map[string]string `json:"schema,omitempty"`
	// A value alone, held against every type.
	Value *string `json:"value,omitempty"`

	Answer *Answer `json:"answer,omitempty"`
	Types  *Types  `json:"types,omitempty"`
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	print := func(c Case) {
		answer(&c)
		check(encoder.Encode(c))
	}
	switch {
	case len(os.Args) == 4 && os.Args[1] == "generate":
		seed, err := strconv.ParseInt(os.Args[2], 10, 64)
		check(err)
		count, err := strconv.Atoi(os.Args[3])
		check(err)
		generate(seed, count, print)
	case len(os.Args) == 2 && os.Args[1] == "ask":
		lines := bufio.NewScanner(os.Stdin)
		lines.Buffer(nil, 1<<26)
		for lines.Scan() {
			var c Case
			check(json.Unmarshal(lines.Bytes(), &c))
			print(c)
		}
		check(lines.Err())
	case len(os.Args) == 2 && os.Args[1] == "classes":
		check(encoder.Encode(classes()))
	default:
		fmt.Fprintln(os.Stderr, "usage: gcfg-oracle generate SEED COUNT | ask | classes")
		out.Flush()
		os.Exit(2)
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "gcfg-oracle:", err)
		os.Exit(1)
	}
}
