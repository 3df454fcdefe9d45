package main

import (
	"unicode"
	"unicode/utf8"
)

// Classes are ranges of characters, first and last of each; and for characters that fold, the least of those that are
// the same.
type Classes struct {
	Letters    [][2]rune     `json:"letters"`
	Digits     [][2]rune     `json:"digits"`
	Printable  [][2]rune     `json:"printable"`
	Unassigned [][2]rune     `json:"unassigned"`
	Folds      map[rune]rune `json:"folds"`
}

func ranges(is func(rune) bool) (all [][2]rune) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) || !is(r) {
			continue
		}
		if n := len(all); n > 0 && all[n-1][1] == r-1 {
			all[n-1][1] = r
		} else {
			all = append(all, [2]rune{r, r})
		}
	}
	return
}

// Whether the version of Unicode that Go has knows a character.
func assigned(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.C)
}

func classes() Classes {
	folds := map[rune]rune{}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			if f < least {
				least = f
			}
		}
		if least != r {
			folds[r] = least
		}
	}
	return Classes{
		Letters:    ranges(unicode.IsLetter),
		Digits:     ranges(unicode.IsDigit),
		Printable:  ranges(unicode.IsPrint),
		Unassigned: ranges(func(r rune) bool { return !assigned(r) }),
		Folds:      folds,
	}
}
