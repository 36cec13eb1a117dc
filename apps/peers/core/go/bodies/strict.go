// Package bodies reads what clients send: strict JSON, held to the bodies of the contract.
package bodies

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// deepest is how far objects and lists may lie in each other.
	deepest = 500
	// longestNumber is how many characters a number may take; other languages read no longer ones either.
	longestNumber = 4300
)

// Parse reads JSON into a value; encoding/json's Unmarshal or its like.
type Parse func(data []byte, into any) error

// bounded tells whether data is UTF-8, which libraries put right where it is none, and neither too deep nor of numbers
// too long. Whether it is JSON is the library's to say.
func bounded(data []byte) bool {
	if !utf8.Valid(data) {
		return false
	}
	depth, digits, text := 0, 0, false
	for place := 0; place < len(data); place++ {
		letter := data[place]
		if text {
			if letter == '\\' {
				place++
			}
			text = letter != '"'
			continue
		}
		if letter >= '0' && letter <= '9' {
			if digits++; digits > longestNumber {
				return false
			}
			continue
		}
		digits = 0
		switch letter {
		case '"':
			text = true
		case '{', '[':
			if depth++; depth > deepest {
				return false
			}
		case '}', ']':
			depth--
		}
	}
	return true
}

// textOf is the text that a JSON text spells; whole says whether no half of a surrogate pair was in it, which libraries
// replace without a word.
func textOf(raw json.RawMessage, parse Parse) (text string, whole bool, err error) {
	// Without escapes it stands there as it is: the library has checked it, and bounded its UTF-8.
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1]), true, nil
	}
	err = parse(raw, &text)
	return text, pairs(string(raw)), err
}

// pairs tells whether every half of a surrogate pair that is written as an escape has its other half.
func pairs(raw string) bool {
	for {
		place := strings.IndexByte(raw, '\\')
		if place < 0 {
			return true
		}
		if raw[place+1] != 'u' {
			raw = raw[place+2:]
			continue
		}
		half := escaped(raw[place:])
		raw = raw[place+6:]
		if half < 0xd800 || half > 0xdfff {
			continue
		}
		if other := escaped(raw); half > 0xdbff || other < 0xdc00 || other > 0xdfff {
			return false
		}
		raw = raw[6:]
	}
}

// escaped is the number of an escape such as \u00e9 at the start of a text, 0 where there is none.
func escaped(text string) uint64 {
	if len(text) < 6 || text[:2] != `\u` {
		return 0
	}
	number, err := strconv.ParseUint(text[2:6], 16, 32)
	if err != nil {
		return 0
	}
	return number
}
