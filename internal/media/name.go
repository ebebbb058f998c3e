package media

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Limits of a file name: what people see, and what every file system takes.
const (
	maxName      = 120 // characters
	maxNameBytes = 240
	maxExt       = 16 // characters, with the dot
)

// SafeName makes a name that can be shown and saved anywhere out of what somebody called a file: no folders, no control, invisible
// or direction-changing characters, no device names, at most 120 characters with the extension kept. Some character of it can be seen.
func SafeName(name string) string {
	name = strings.ToValidUTF8(name, "\uFFFD")
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = norm.NFC.String(strings.Map(nameRune, name))
	name = strings.Trim(name, ". ")
	ext := path.Ext(name)
	if utf8.RuneCountInString(ext) > maxExt || ext == name {
		ext = ""
	}
	stem := strings.TrimSuffix(name, ext)
	if device(stem) {
		stem = "_" + stem
	}
	for utf8.RuneCountInString(stem+ext) > maxName || len(stem+ext) > maxNameBytes {
		_, size := utf8.DecodeLastRuneInString(stem)
		stem = stem[:len(stem)-size]
	}
	if ext == "" {
		stem = strings.TrimRight(stem, ". ")
	}
	if !strings.ContainsFunc(stem+ext, visible) { // only now: what could be seen may have stood where the name was cut
		return "file"
	}
	return stem + ext
}

// visible reports whether a character is seen when it stands alone: no dot, no blank, no joiner, no selector of another one's form.
func visible(r rune) bool {
	const blankBraille = '\u2800'
	return r != '.' && r != blankBraille && !unicode.In(r, unicode.Zs, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// nameRune replaces what no file system takes and drops what nobody sees. The joiners stay: emoji and some scripts need them.
func nameRune(r rune) rune {
	switch {
	case r == '\u200C', r == '\u200D':
		return r
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp, unicode.Noncharacter_Code_Point):
		return -1
	case strings.ContainsRune(`<>:"|?*/`, r):
		return '_'
	}
	return r
}

// device reports whether Windows takes a name for a device, whatever the extension.
func device(stem string) bool {
	stem, _, _ = strings.Cut(stem, ".")
	stem = strings.ToLower(strings.TrimSpace(stem))
	switch stem {
	case "con", "prn", "aux", "nul", "conin$", "conout$":
		return true
	}
	n := strings.TrimPrefix(strings.TrimPrefix(stem, "com"), "lpt")
	return n != stem && utf8.RuneCountInString(n) == 1 && strings.ContainsAny(n, "0123456789¹²³")
}
