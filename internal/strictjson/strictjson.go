// Package strictjson reads JSON that says one thing only, whoever reads it.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxDepth is how deep JSON may be nested.
const MaxDepth = 16

// Unmarshal decodes JSON that passes Check and whose names are all known, as they are written.
func Unmarshal(data []byte, out any) error {
	if err := Check(data); err != nil {
		return err
	}
	var tree any
	if err := json.Unmarshal(data, &tree); err != nil {
		return err
	}
	if err := known(tree, reflect.TypeOf(out)); err != nil {
		return err
	}
	return json.Unmarshal(data, out)
}

// known refuses names that a type does not have; encoding/json takes them in any case of letters.
func known(tree any, t reflect.Type) error {
	if t.Implements(decodes) || reflect.PointerTo(t).Implements(decodes) {
		return nil
	}
	switch v := tree.(type) {
	case []any:
		if t = under(t); t.Kind() != reflect.Slice {
			return nil // of another type than is wanted: that shows when it is decoded
		}
		for _, e := range v {
			if err := known(e, t.Elem()); err != nil {
				return err
			}
		}
	case map[string]any:
		if t = under(t); t.Kind() != reflect.Struct {
			return nil
		}
		fields := fieldsOf(t)
		for name, e := range v {
			f, ok := fields[name]
			if !ok {
				return fmt.Errorf("the name %q is not known", name)
			}
			if err := known(e, f); err != nil {
				return err
			}
		}
	}
	return nil
}

var decodes = reflect.TypeFor[json.Unmarshaler]()

// under is what a pointer leads to.
func under(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// fieldsOf lists the fields of a struct by the names that JSON has for them.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			name = f.Name
		}
		if f.IsExported() && name != "-" {
			fields[name] = f.Type
		}
	}
	return fields
}

// Check refuses JSON that two parsers could read differently: bad UTF-8, lone surrogates, repeated names, trailing data; and what
// is nested too deeply.
func Check(data []byte) error {
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
			if len(stack) == MaxDepth {
				return fmt.Errorf("the body is nested deeper than %d", MaxDepth)
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
