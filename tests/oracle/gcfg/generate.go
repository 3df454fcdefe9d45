package main

import (
	"encoding/hex"
	"math/rand"
	"strings"
	"unicode/utf8"
)

// Well-formed, damaged and senseless texts, and values for the types.
func generate(seed int64, count int, print func(Case)) {
	r := &random{rand.New(rand.NewSource(seed))}
	for i := 0; i < count; i++ {
		var text string
		switch n := r.Intn(20); {
		case n < 7:
			text = r.document()
		case n < 14:
			text = r.damaged(r.document())
		case n < 18:
			text = r.several(1, 25, r.atom)
		default:
			text = r.bytes()
		}
		text = known(text)
		c := Case{File: r.Intn(4) > 0}
		if utf8.ValidString(text) {
			c.Text = text
		} else {
			c.Hex = hex.EncodeToString([]byte(text))
		}
		print(c)
		value := r.number()
		print(Case{Value: &value})
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

func (r *random) section() string {
	return r.of("Server", "SERVER", "server", "Database", "Postgres", "LDAP", "HTTP", "R", "Python-3", "S2", "Größe",
		"GRÖSSE", "größe", "ſerver", "Kunde", "\u212aunde", "Σίσυφος", "ΣΊΣΥΦΟΣ", "名前", "ǆ", "ǅ", "e٣")
}

func (r *random) key() string {
	return r.of("Address", "ADDRESS", "address", "addreſſ", "URL", "Url", "Password", "Provider", "Executable", "k", "K",
		"\u212a", "key-2", "k9-", "Schlüssel", "é", "ı", "i", "I", "İ", "鍵", "a٣", "x--y")
}

func (r *random) space() string { return r.of("", "", "", " ", " ", "  ", "\t", " \t ") }

func (r *random) comment() string {
	return r.of(";", "#") + r.several(0, 4, func() string {
		return r.of(" ", "text", "\"", "\\", "[x]", "a = b", "é", ";", "#", "=", "\r", "\ufeff", "{{ x }}")
	})
}

func (r *random) plain() string {
	return r.of("a", "b", "value", "https://connect.example.org:3939/", "postgres://u@h/db?sslmode=require", ":3939", "/opt/R",
		"=", "[", "]", "[\"*\"]", "'", "'x y'", ",", " ", "  ", "\t", "ü", "“x”", "\u00a0", "\ufeff", "{{ x }}", "{% y %}", "${V}",
		"%20", "\r", "0x1F", "true", "\ufffd", "😀", "\\\"", "\\\n", "\\\r\n", "\\\r\"", "\u0085", "\u2028")
}

func (r *random) quoted() string {
	return "\"" + r.several(0, 4, func() string {
		return r.of("a", "b c", ";", "#", "=", "[", "\\n", "\\t", "\\\\", "\\\"", "é", " ", "'", "\r", "]", "\u00a0", "{{ x }}")
	}) + "\""
}

func (r *random) value() string {
	return r.several(0, 5, func() string {
		if r.Intn(4) == 0 {
			return r.quoted()
		}
		return r.plain()
	})
}

func (r *random) subsection() string {
	return "\"" + r.several(1, 3, func() string {
		return r.of("a", "b", "x y", "\\\\", "\\\"", "*", "]", ";", "#", "é", "\r", "=", "A", "\t")
	}) + "\""
}

func (r *random) line() string {
	var b strings.Builder
	b.WriteString(r.space())
	switch n := r.Intn(20); {
	case n < 4:
		b.WriteString("[" + r.space() + r.section() + r.space())
		if r.Intn(3) == 0 {
			b.WriteString(r.subsection() + r.space())
		}
		b.WriteString("]")
	case n < 15:
		b.WriteString(r.key() + r.space() + "=" + r.space() + r.value())
	case n < 16:
		b.WriteString(r.key())
	}
	b.WriteString(r.space() + r.maybe(15, r.comment()))
	return b.String()
}

func (r *random) document() string {
	end := r.of("\n", "\n", "\n", "\r\n")
	text := r.maybe(5, "\ufeff") + r.maybe(85, "["+r.section()+"]"+end)
	text += r.several(0, 12, func() string { return r.line() + end })
	return text + r.maybe(15, r.line())
}

func (r *random) atom() string {
	return r.of("[", "]", "=", ";", "#", "\"", "\\", "\n", "\n", "\r\n", "\r", " ", "\t", "S", "k", "a-b", "1", "-", "_", ".", ":", "'", "{",
		"}", "{{", "}}", "{%", "%}", "n", "t", "é", "\u00a0", "\ufeff", "\x00", "\xff", "\xc3", "\xed\xa0\x80", "[S]\n", "[S \"x\"]\n",
		"k = v\n", "k =", "\\\n", "\\\"", "\\n", "٣", "²", "Ⅷ", "😀", "\u0300", "\u2028", "\ue000", "\U0010ffff", "\x7f")
}

func (r *random) bytes() string {
	b := make([]byte, r.Intn(40))
	for i := range b {
		b[i] = byte(r.Intn(256))
	}
	return r.maybe(50, "[S]\nk = ") + string(b)
}

// The text without characters that Unicode got after this version of Go, because newer ones know them. Bytes that are
// no character stay.
func known(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		c, width := utf8.DecodeRuneInString(text)
		if assigned(c) {
			b.WriteString(text[:width])
		} else {
			b.WriteByte('x')
		}
		text = text[width:]
	}
	return b.String()
}

// A text with one to four changes.
func (r *random) damaged(text string) string {
	for n := 1 + r.Intn(4); n > 0; n-- {
		at := r.Intn(len(text) + 1)
		to := at + r.Intn(4)
		if to > len(text) {
			to = len(text)
		}
		switch r.Intn(7) {
		case 0:
			text = text[:at] + text[to:]
		case 1, 2:
			text = text[:at] + r.atom() + text[at:]
		case 3:
			text = text[:at] + r.atom() + text[to:]
		case 4:
			text = text[:at]
		case 5:
			text = text[:at] + text[at:to] + text[at:]
		case 6:
			text = text[:at] + r.line() + text[at:]
		}
	}
	return text
}

func (r *random) number() string {
	if r.Intn(6) == 0 {
		return r.of("true", "True", "YES", "on", "oN", "1", "false", "No", "off", "0", "t", "f", "y", "enabled", "", " true", "ſ", "yeſ",
			"9223372036854775807", "9223372036854775808", "-9223372036854775808", "-0x8000000000000000", "0x7fffffffffffffff", "1e308", "1e309",
			"inf", "+Inf", "-inf", "infinity", "nan", "NaN", "+nan", "0x1p4", "0X1P-2", "0x", "0x_1", "0x1_f", "1_000", "1__0", "1p3", ".5", "5.", ".")
	}
	return r.maybe(20, r.of("-", "+", " ", "--")) + r.maybe(20, r.of("0", "0x", "0X", "00")) + r.several(0, 4, func() string {
		return r.of("0", "1", "7", "9", "12", "a", "F", "_", ".", "e", "E", "e+", "e-1", "p", "P2", "p-", "x", " ", "-", "MB", "s", "٣", "\u00a0")
	}) + r.maybe(10, r.of(" ", "\n", "\u00a0"))
}
