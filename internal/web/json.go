package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// maxDepth is how deep JSON may be nested.
const maxDepth = 16

// exactNames makes huma take names as they are written, for the whole program: it has one switch for all APIs, off by default.
var exactNames = sync.OnceFunc(func() { huma.ValidateStrictCasing = true })

// strictFormat reads JSON that says one thing only and writes JSON without escaping for HTML: answers are never parsed as that.
// Names that differ in case, or are unknown, are refused by the schemas, which allow no additional properties.
func strictFormat() huma.Format {
	return huma.Format{
		Marshal: func(w io.Writer, v any) error {
			e := json.NewEncoder(w)
			e.SetEscapeHTML(false)
			return e.Encode(v)
		},
		Unmarshal: func(data []byte, v any) error {
			if err := strict(data); err != nil {
				return err
			}
			return json.Unmarshal(data, v)
		},
	}
}

// strict refuses JSON that two parsers could read differently: bad UTF-8, lone surrogates, repeated names, trailing data; and what
// is nested too deeply.
func strict(data []byte) error {
	if !utf8.Valid(data) {
		return errors.New("the body is not valid UTF-8")
	}
	if !json.Valid(data) {
		return errors.New("the body is not one JSON value")
	}
	var stack []map[string]bool // names seen of each object that is open; nil for a list
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '{', '[':
			if len(stack) == maxDepth {
				return fmt.Errorf("the body is nested deeper than %d", maxDepth)
			}
			var names map[string]bool
			if data[i] == '{' {
				names = map[string]bool{}
			}
			stack = append(stack, names)
		case '}', ']':
			stack = stack[:len(stack)-1]
		case '"':
			end := stringEnd(data, i)
			text, err := plainString(data[i:end])
			if err != nil {
				return err
			}
			rest := bytes.TrimLeft(data[end:], " \t\r\n")
			if len(rest) > 0 && rest[0] == ':' {
				names := stack[len(stack)-1]
				if names[text] {
					return fmt.Errorf("the name %q is repeated", text)
				}
				names[text] = true
			}
			i = end - 1
		}
	}
	return nil
}

// stringEnd returns the position behind the string that begins at a quote of valid JSON.
func stringEnd(data []byte, at int) int {
	for i := at + 1; ; i++ {
		switch data[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
}

// plainString decodes a string of valid JSON and refuses halves of characters, which encoding/json replaces in silence.
func plainString(quoted []byte) (string, error) {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1]), nil
	}
	for i := 0; i < len(quoted); i++ {
		if quoted[i] != '\\' {
			continue
		}
		i++
		if quoted[i] != 'u' {
			continue
		}
		first := codeUnit(quoted[i+1:])
		i += 4
		if !utf16.IsSurrogate(first) {
			continue
		}
		second := rune(0)
		if bytes.HasPrefix(quoted[i+1:], []byte(`\u`)) {
			second = codeUnit(quoted[i+3:])
			i += 6
		}
		if utf16.DecodeRune(first, second) == utf8.RuneError {
			return "", errors.New("the body has half a character (a lone surrogate)")
		}
	}
	var text string
	err := json.Unmarshal(quoted, &text)
	return text, err
}

// codeUnit reads four hexadecimal digits of valid JSON.
func codeUnit(digits []byte) rune {
	n, err := strconv.ParseUint(string(digits[:4]), 16, 16)
	if err != nil {
		return utf8.RuneError
	}
	return rune(n)
}
