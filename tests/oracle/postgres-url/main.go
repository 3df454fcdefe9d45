// Asks net/url, lib/pq and pgx what they make of a connection string, one JSON case a line. No connection is opened.
//
//	postgres-url-oracle generate SEED COUNT   random URLs, the same for the same seed, with the answers
//	postgres-url-oracle ask                   the cases on standard input, with the answers
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/jackc/pgconn"
	"github.com/lib/pq"
)

// A Case is a connection string and what becomes of it.
type Case struct {
	Name string  `json:"name,omitempty"`
	URL  string  `json:"url"`
	Net  *Net    `json:"net,omitempty"`
	Pq   *Driver `json:"pq,omitempty"`
	Pgx  *Pgx    `json:"pgx,omitempty"`
}

// Net is a URL as net/url takes it apart.
type Net struct {
	Error    string  `json:"error,omitempty"`
	Scheme   string  `json:"scheme,omitempty"`
	User     *string `json:"user,omitempty"`
	Password *string `json:"password,omitempty"`
	Host     string  `json:"host,omitempty"`
	Port     string  `json:"port,omitempty"`
	Path     string  `json:"path,omitempty"`
	Query    string  `json:"query,omitempty"`
	Fragment string  `json:"fragment,omitempty"`
}

// Driver is what lib/pq would connect with.
type Driver struct {
	Error   string            `json:"error,omitempty"`
	Options map[string]string `json:"options,omitempty"`
}

// Pgx is what pgx would connect with.
type Pgx struct {
	Error    string            `json:"error,omitempty"`
	Host     string            `json:"host,omitempty"`
	Port     uint16            `json:"port,omitempty"`
	Database string            `json:"database,omitempty"`
	User     string            `json:"user,omitempty"`
	Password string            `json:"password,omitempty"`
	TLS      []string          `json:"tls,omitempty"`
	Runtime  map[string]string `json:"runtime,omitempty"`
}

func main() {
	// The drivers read variables and files: the answers have to be the same on every machine.
	for _, variable := range os.Environ() {
		if strings.HasPrefix(variable, "PG") {
			check(os.Unsetenv(strings.SplitN(variable, "=", 2)[0]))
		}
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	print := func(c Case) {
		c.Net, c.Pq, c.Pgx = ofNet(c.URL), ofPq(c.URL), ofPgx(c.URL)
		withoutMachine(&c)
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
		for lines.Scan() {
			var c Case
			check(json.Unmarshal(lines.Bytes(), &c))
			print(c)
		}
		check(lines.Err())
	default:
		fmt.Fprintln(os.Stderr, "usage: postgres-url-oracle generate SEED COUNT | ask")
		os.Exit(2)
	}
}

// Takes away the user and the socket that the drivers take from the machine where the string names none.
func withoutMachine(c *Case) {
	machine := ofPgx("")
	if !strings.Contains(c.URL, machine.User) {
		if c.Pgx.User == machine.User {
			c.Pgx.User = ""
		}
		if c.Pq.Options["user"] == machine.User {
			delete(c.Pq.Options, "user")
		}
	}
	if c.Pgx.Host == machine.Host && !strings.Contains(c.URL, machine.Host) {
		c.Pgx.Host = ""
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "postgres-url-oracle:", err)
		os.Exit(1)
	}
}

var quoted = regexp.MustCompile(`(?s) ".*"`)

// What net/url says, without the text that it says it of.
func reason(err error) string {
	var found *url.Error
	if errors.As(err, &found) {
		err = found.Err
	}
	return quoted.ReplaceAllString(strings.TrimPrefix(err.Error(), "net/url: "), "")
}

func ofNet(text string) *Net {
	u, err := url.Parse(text)
	if err != nil {
		return &Net{Error: reason(err)}
	}
	n := &Net{Scheme: u.Scheme, Host: u.Hostname(), Port: u.Port(), Path: u.Path, Query: u.RawQuery, Fragment: u.Fragment}
	if u.User != nil {
		name := u.User.Username()
		n.User = &name
		if password, ok := u.User.Password(); ok {
			n.Password = &password
		}
	}
	return n
}

func ofPq(text string) *Driver {
	connector, err := pq.NewConnector(text)
	if err != nil {
		var found *url.Error
		switch {
		case errors.As(err, &found):
			return &Driver{Error: "url: " + reason(err)}
		case strings.HasPrefix(err.Error(), "client_encoding"):
			return &Driver{Error: "client encoding"}
		case strings.HasPrefix(err.Error(), "setting datestyle"):
			return &Driver{Error: "date style"}
		}
		return &Driver{Error: "words"}
	}
	d := &Driver{Options: map[string]string{}}
	options := reflect.ValueOf(connector).Elem().FieldByName("opts").MapRange()
	for options.Next() {
		d.Options[options.Key().String()] = options.Value().String()
	}
	return d
}

var kinds = []struct{ part, kind string }{
	{"failed to split host:port", "host and port"}, {"failed to parse as URL", "url"}, {"failed to parse as DSN", "words"},
	{"invalid port", "port"}, {"sslmode is invalid", "ssl mode"}, {`both "sslcert" and "sslkey"`, "certificate without key"},
	{"invalid connect_timeout", "connect timeout"}, {"cannot parse min_read_buffer_size", "read buffer size"},
	{"unknown target_session_attrs", "target session"}, {"unable to read", "file"}, {"failed to read service", "file"},
}

func ofPgx(text string) (answer *Pgx) {
	defer func() {
		if recover() != nil {
			answer = &Pgx{Error: "words"}
		}
	}()
	c, err := pgconn.ParseConfig(text)
	if err != nil {
		// The reason alone: the text may hold any of these words.
		message := err.Error()
		if i := strings.LastIndex(message, "`: "); i >= 0 {
			message = message[i:]
		}
		for _, k := range kinds {
			if strings.Contains(message, k.part) {
				kind := k.kind
				var found *url.Error
				if errors.As(err, &found) {
					kind += ": " + reason(err)
				}
				return &Pgx{Error: kind}
			}
		}
		check(fmt.Errorf("an error of no kind: %w", err))
	}
	g := &Pgx{Host: c.Host, Port: c.Port, Database: c.Database, User: c.User, Password: c.Password, Runtime: c.RuntimeParams}
	tls := func(encrypted, skips bool) {
		switch {
		case !encrypted:
			g.TLS = append(g.TLS, "none")
		case skips:
			g.TLS = append(g.TLS, "any name")
		default:
			g.TLS = append(g.TLS, "this name")
		}
	}
	tls(c.TLSConfig != nil, c.TLSConfig != nil && c.TLSConfig.InsecureSkipVerify)
	for _, f := range c.Fallbacks {
		tls(f.TLSConfig != nil, f.TLSConfig != nil && f.TLSConfig.InsecureSkipVerify)
	}
	return g
}
