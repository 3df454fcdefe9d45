package main

import (
	"math/rand"
	"strings"
)

// URLs with every kind of mistake, and words in place of URLs.
func generate(seed int64, count int, print func(Case)) {
	r := &random{rand.New(rand.NewSource(seed))}
	for i := 0; i < count; i++ {
		text := r.url()
		switch n := r.Intn(10); {
		case n < 3:
			at := r.Intn(len(text) + 1)
			text = text[:at] + r.atom() + text[at:]
		case n < 4:
			at := r.Intn(len(text) + 1)
			text = text[:at]
		case n < 5:
			text = r.several(0, 12, r.atom)
		case n < 6:
			text = r.several(0, 5, r.word)
		}
		print(Case{URL: strings.ToValidUTF8(text, "?")})
	}
}

type random struct{ *rand.Rand }

func (r *random) of(words ...string) string { return words[r.Intn(len(words))] }

func (r *random) several(least, most int, one func() string) string {
	var b strings.Builder
	for n := least + r.Intn(most-least+1); n > 0; n-- {
		b.WriteString(one())
	}
	return b.String()
}

func (r *random) maybe(percent int, text string) string {
	if r.Intn(100) < percent {
		return text
	}
	return ""
}

func (r *random) atom() string {
	return r.of(":", "/", "//", "@", "?", "#", "[", "]", "%", "%4", "%41", "%zz", "%25", "%2F", "%C3%A9", "&", "=", ";", "+", " ", "!", "$",
		"'", "\"", "\\", "<", ">", "{", "}", "|", "^", "`", "~", ",", ".", "-", "_", "*", "(", ")", "a", "B", "1", "é", "\t", "\n", "\x7f",
		"postgres://", "\u00a0")
}

func (r *random) text() string {
	return r.several(1, 4, func() string {
		return r.of("connect", "pw", "a1", "x", "1", "-", "_", ".", "%40", "%2f", "%23", "!", "$", "é") + r.maybe(8, r.atom())
	})
}

func (r *random) host() string {
	return r.of("db.example.org", "db", "localhost", "10.0.0.1", "[::1]", "::1", "[fe80::1%25eth0]", "", "DB.Example.Org", "127.1",
		"a.example.org:5432,b.example.org", "a,b", "a:1,b:2", "[::1]:1,[::2]", "büro.example.org", "%2Fvar%2Frun", "%c3%bc", "a,", "[::1", "x_y")
}

func (r *random) parameter() string {
	key := r.of("sslmode", "sslmode", "sslmode", "host", "port", "user", "password", "dbname", "connect_timeout", "options", "application_name",
		"search_path", "ssl_mode", "SSLMODE", "client_encoding", "datestyle", "min_read_buffer_size", "target_session_attrs", "sslcert",
		"pool_max_conns", "fallback_application_name", "a%20b", "a b", "", "k;", "%zz", "a%3Db", "'")
	value := r.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full", "no-verify", "Require", "", "1", "10", "-1", "/var/run/postgresql",
		"a,b", "5432,5433", "0", "65536", "utf8", "UTF-8", "latin1", "ISO%2C%20MDY", "-csearch_path%3Dx", "read-write", "any", "primary", "x",
		"a+b", "%27", "%5C", "%zz", "é")
	return key + r.maybe(95, "=") + value
}

func (r *random) url() string {
	scheme := r.of("postgres://", "postgres://", "postgres://", "postgres://", "postgresql://", "Postgres://", "POSTGRESQL://", "postgres:", "postgres:/",
		"mysql://", "jdbc:postgresql://", "", "//", "1postgres://", "postgres+ssl://")
	user := ""
	if r.Intn(10) < 7 {
		user = r.text() + r.maybe(60, ":"+r.maybe(90, r.text())) + "@"
	}
	path := r.of("", "/", "/connect", "/connect", "/connect", "/a%20b", "/a/b", "//x", "/connect ", "/é")
	query := ""
	if r.Intn(10) < 6 {
		query = "?" + r.parameter() + r.several(0, 2, func() string { return r.of("&", "&", ";") + r.parameter() })
	}
	return scheme + user + r.host() + r.maybe(40, r.of(":5432", ":5432", ":", ":0", ":99999", ":x", ":54a", ":-1")) + path + query +
		r.maybe(5, r.of("#", "#x", "#%zz"))
}

func (r *random) word() string {
	return r.of("host", "user", "dbname", "password", "sslmode", "port", "k", "") + r.maybe(20, " ") + r.maybe(95, "=") + r.maybe(20, " ") +
		r.of("db", "require", "disable", "5432", "'a b'", "'it\\'s'", "a\\ b", "'x", "\\", "'\\", "", "é", "a\\\\b", "'a\\\\b'") + r.maybe(90, " ")
}
