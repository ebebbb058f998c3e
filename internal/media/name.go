package media

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxName is the length of a file name in characters.
const maxName = 120

// devices are names that Windows gives to things that are no files.
var devices = map[string]bool{"con": true, "prn": true, "aux": true, "nul": true,
	"com1": true, "com2": true, "com3": true, "com4": true, "com5": true, "com6": true, "com7": true, "com8": true, "com9": true,
	"lpt1": true, "lpt2": true, "lpt3": true, "lpt4": true, "lpt5": true, "lpt6": true, "lpt7": true, "lpt8": true, "lpt9": true}

// SafeName makes a name that can be shown and saved anywhere out of what somebody called a file: no folders, no control or
// direction-changing characters, no device names, at most 120 characters with the extension kept.
func SafeName(name string) string {
	name = norm.NFC.String(strings.ToValidUTF8(name, "\uFFFD"))
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u200B', r == '\uFEFF', r == '\u2028', r == '\u2029':
			return -1
		case strings.ContainsRune(`<>:"|?*/`, r):
			return '_'
		}
		return r
	}, name)
	name = strings.Trim(name, ". ")
	if name == "" {
		return "file"
	}
	ext := path.Ext(name)
	if utf8.RuneCountInString(ext) > 16 {
		ext = ""
	}
	stem := []rune(strings.TrimSuffix(name, ext))
	if room := maxName - utf8.RuneCountInString(ext); len(stem) > room {
		stem = stem[:room]
	}
	first, _, _ := strings.Cut(string(stem), ".")
	if devices[strings.ToLower(first)] {
		return "_" + string(stem) + ext
	}
	return string(stem) + ext
}
