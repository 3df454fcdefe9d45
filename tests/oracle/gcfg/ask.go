package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"reflect"
	"regexp"
	"sort"
	"strconv"
	"strings"

	gcfg "gopkg.in/gcfg.v1"
	"gopkg.in/gcfg.v1/scanner"
	"gopkg.in/gcfg.v1/token"
	"gopkg.in/gcfg.v1/types"
	"gopkg.in/warnings.v0"
)

// An Answer is what the library made of a text.
type Answer struct {
	// The error that has a place.
	Error *Error `json:"error,omitempty"`
	// The error that has none: a value that its type does not hold, as "Section.Key".
	Refused string `json:"refused,omitempty"`
	// What it could not store, as "Section" or "Section.Key".
	Unknown []string `json:"unknown,omitempty"`
	// What it stored; nothing after an error with a place.
	Read []Section `json:"read,omitempty"`
	// What its scanner saw; nothing after an error with a place.
	Tokens []Token `json:"tokens,omitempty"`
}

// An Error is the library's own.
type Error struct {
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
}

// A Section is what was stored under one section and subsection.
type Section struct {
	Name       string              `json:"name"`
	Subsection string              `json:"subsection"`
	Keys       map[string][]string `json:"keys"`
}

// A Token is a word of a text with its place.
type Token struct {
	Kind   string `json:"kind"`
	Text   string `json:"text"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// Types is a value as the types that the library knows; absent where it is none.
type Types struct {
	Bool  *bool  `json:"bool,omitempty"`
	Int   *int64 `json:"int,omitempty"`
	Float string `json:"float,omitempty"`
}

var mark = []byte("\xef\xbb\xbf")

func answer(c *Case) {
	if c.Value != nil {
		c.Types = typesOf(*c.Value)
		return
	}
	text := []byte(c.Text)
	if c.Hex != "" {
		var err error
		text, err = hex.DecodeString(c.Hex)
		check(err)
	}
	if c.File {
		text = bytes.TrimPrefix(text, mark)
	}
	c.Answer = read(text, c.Schema)
}

func typesOf(value string) *Types {
	var t Types
	if b, err := types.ParseBool(value); err == nil {
		t.Bool = &b
	}
	var i int64
	if err := types.ParseInt(&i, value, types.Dec|types.Hex); err == nil {
		t.Int = &i
	}
	var f float64
	if err := types.ScanFully(&f, value, 'v'); err == nil {
		t.Float = strconv.FormatFloat(f, 'g', -1, 64)
	}
	return &t
}

// A field of the type that the library is asked to fill.
type field struct {
	name string
	kind reflect.Type
}

type section struct {
	name          string
	hasSubsection bool
	fields        []field
}

var list = reflect.TypeOf([]string{})

var kinds = map[string]reflect.Type{
	"string": reflect.TypeOf(""), "bool": reflect.TypeOf(false), "int": reflect.TypeOf(int64(0)),
	"float": reflect.TypeOf(float64(0)), "list": list,
}

// The section of a name, as the library compares names.
func find(sections *[]section, name string) *section {
	for i := range *sections {
		if strings.EqualFold((*sections)[i].name, name) {
			return &(*sections)[i]
		}
	}
	*sections = append(*sections, section{name: name})
	return &(*sections)[len(*sections)-1]
}

func (s *section) add(name string, kind reflect.Type) {
	for _, f := range s.fields {
		if strings.EqualFold(f.name, name) {
			return
		}
	}
	s.fields = append(s.fields, field{name, kind})
}

func scan(text []byte) (tokens []Token) {
	set := token.NewFileSet()
	file := set.AddFile("", set.Base(), len(text))
	var s scanner.Scanner
	s.Init(file, text, nil, scanner.ScanComments)
	for {
		pos, kind, lit := s.Scan()
		if s.ErrorCount > 0 || kind == token.EOF {
			return
		}
		p := set.Position(pos)
		tokens = append(tokens, Token{kind.String(), strings.TrimSuffix(lit, "\r"), p.Line, p.Column})
	}
}

// Every section and key that the scanner met, as lists.
func generic(tokens []Token) (sections []section) {
	current := ""
	for i := 0; i < len(tokens); i++ {
		switch {
		case tokens[i].Kind == "[" && i+1 < len(tokens):
			current = tokens[i+1].Text
			found := find(&sections, current)
			found.hasSubsection = found.hasSubsection || i+2 < len(tokens) && tokens[i+2].Kind == "STRING"
			i++
		case tokens[i].Kind == "IDENT" && current != "":
			find(&sections, current).add(tokens[i].Text, list)
		}
	}
	return
}

// The sections of a schema; one that is named with a "*" has subsections.
func typed(schema map[string]string) (sections []section) {
	var names []string
	for name := range schema {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		words := strings.SplitN(name, ".", 2)
		found := find(&sections, strings.TrimSuffix(words[0], "*"))
		found.hasSubsection = strings.HasSuffix(words[0], "*")
		kind, ok := kinds[schema[name]]
		if !ok {
			check(fmt.Errorf("no type %q", schema[name]))
		}
		found.add(words[1], kind)
	}
	return
}

func build(sections []section) reflect.Type {
	var all []reflect.StructField
	for i, s := range sections {
		var fields []reflect.StructField
		for j, f := range s.fields {
			tag := reflect.StructTag(fmt.Sprintf("gcfg:%q", f.name))
			fields = append(fields, reflect.StructField{Name: fmt.Sprintf("K%d", j), Type: f.kind, Tag: tag})
		}
		kind := reflect.StructOf(fields)
		if s.hasSubsection {
			kind = reflect.MapOf(reflect.TypeOf(""), reflect.PtrTo(kind))
		}
		tag := reflect.StructTag(fmt.Sprintf("gcfg:%q", s.name))
		all = append(all, reflect.StructField{Name: fmt.Sprintf("S%d", i), Type: kind, Tag: tag})
	}
	return reflect.StructOf(all)
}

var place = regexp.MustCompile(`(?s)^(\d+):(\d+): (.*?)(?: \(and \d+ more errors\))?$`)
var location = regexp.MustCompile(`(?s) at section "([^"]*)"(?:, subsection "[^"]*")?(?:, variable "([^"]*)")?$`)

func located(message string) string {
	found := location.FindStringSubmatch(message)
	if found == nil {
		check(fmt.Errorf("an error without a place: %s", message))
	}
	return strings.TrimSuffix(found[1]+"."+found[2], ".")
}

func read(text []byte, schema map[string]string) *Answer {
	a := &Answer{}
	tokens := scan(text)
	sections := typed(schema)
	if schema == nil {
		sections = generic(tokens)
	}
	config := reflect.New(build(sections))
	err := gcfg.ReadInto(config.Interface(), bytes.NewReader(text))
	if found, ok := err.(warnings.List); ok {
		seen := map[string]bool{}
		for _, warning := range found.Warnings {
			name := located(warning.Error())
			if !seen[name] {
				a.Unknown = append(a.Unknown, name)
			}
			seen[name] = true
		}
		err = found.Fatal
	}
	if err != nil {
		if found := place.FindStringSubmatch(err.Error()); found != nil {
			line, _ := strconv.Atoi(found[1])
			column, _ := strconv.Atoi(found[2])
			a.Error = &Error{line, column, found[3]}
			return a
		}
		a.Refused = located(err.Error())
	}
	a.Tokens = []Token{}
	for _, t := range tokens {
		if t.Kind != "\n" && t.Kind != "=" {
			a.Tokens = append(a.Tokens, t)
		}
	}
	a.Read = []Section{}
	for i, s := range sections {
		value := config.Elem().Field(i)
		if !s.hasSubsection {
			a.Read = append(a.Read, show(s, "", value))
			continue
		}
		var names []string
		for _, key := range value.MapKeys() {
			names = append(names, key.String())
		}
		sort.Strings(names)
		for _, name := range names {
			a.Read = append(a.Read, show(s, name, value.MapIndex(reflect.ValueOf(name)).Elem()))
		}
	}
	return a
}

func show(s section, subsection string, value reflect.Value) Section {
	shown := Section{s.name, subsection, map[string][]string{}}
	for i, f := range s.fields {
		values := []string{}
		if v := value.Field(i); v.Kind() == reflect.Slice {
			values = append(values, v.Interface().([]string)...)
		} else {
			values = append(values, fmt.Sprint(v.Interface()))
		}
		shown.Keys[f.name] = values
	}
	return shown
}
