package chat

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Masks say what of customers' data experts do not get to read.
type Masks struct {
	Cards  bool `json:"cards"`  // card numbers: 13 to 19 digits with a right check digit
	IBANs  bool `json:"ibans"`  // bank accounts of the right length and check digits
	Emails bool `json:"emails"` // e-mail addresses
	Phones bool `json:"phones"` // telephone numbers
}

// AllMasks masks everything that can be recognised.
var AllMasks = Masks{Cards: true, IBANs: true, Emails: true, Phones: true}

// MaskKind names what was recognised.
type MaskKind string

// The kinds of what can be masked.
const (
	MaskCard  MaskKind = "card"
	MaskIBAN  MaskKind = "iban"
	MaskEmail MaskKind = "email"
	MaskPhone MaskKind = "phone"
)

// Text returns a text with dots in the place of what is masked, character for character, and what kinds that was. Blanks and dashes stay,
// and so do the last four digits of cards, country and last four of IBANs, the last two of telephone numbers and an address's first letter:
// enough to talk about it.
func (m Masks) Text(text string) (string, []MaskKind) {
	if m == (Masks{}) || !strings.ContainsFunc(text, func(r rune) bool { return r == '@' || digit(r) >= 0 }) {
		return text, nil
	}
	x := newMasker(text)
	for _, step := range []struct {
		on   bool
		mask func(*masker)
	}{{m.Emails, (*masker).emails}, {m.IBANs, (*masker).ibans}, {m.Cards, (*masker).cards}, {m.Phones, (*masker).phones}} {
		if step.on {
			step.mask(x)
		}
	}
	if len(x.kinds) == 0 {
		return text, nil
	}
	return string(x.out), x.kinds
}

const dot = '•'

// masker masks one text. All slices have one element per character.
type masker struct {
	in    []rune // the text with digits of any script as 0-9
	out   []rune
	taken []bool // masked already, or a part that may be shown of it
	kinds []MaskKind
}

func newMasker(text string) *masker {
	out := []rune(text)
	in := slices.Clone(out)
	for i, r := range in {
		if d := digit(r); d >= 0 {
			in[i] = rune('0' + d)
		}
	}
	return &masker{in: in, out: out, taken: make([]bool, len(in))}
}

// hide masks a stretch but for the characters that keep says may stay.
func (x *masker) hide(from, to int, kind MaskKind, keep func(i int) bool) {
	for i := from; i < to; i++ {
		if !separator(x.in[i]) && !keep(i) {
			x.out[i] = dot
		}
		x.taken[i] = true
	}
	if !slices.Contains(x.kinds, kind) {
		x.kinds = append(x.kinds, kind)
	}
}

func (x *masker) free(from, to int) bool { return !slices.Contains(x.taken[from:to], true) }

// digit is the value of a digit of the scripts that people type numbers in, or -1.
func digit(r rune) int {
	for _, zero := range []rune{'0', '٠', '۰', '०', '0'} {
		if r >= zero && r <= zero+9 {
			return int(r - zero)
		}
	}
	return -1
}

// separator reports whether people put the character between the groups of a number.
func separator(r rune) bool {
	switch r {
	case '-', '_', '\u00ad', '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2212', '\u200b', '\u2060', '\t':
		return true
	}
	return r != '\n' && unicode.Is(unicode.Zs, r)
}

// gap is how many separators may stand between two groups.
const gap = 2

// chain finds the digits that follow from a position with nothing but short gaps between them.
func (x *masker) chain(from int) (at []int) {
	for i, gaps := from, 0; i < len(x.in) && gaps <= gap; i++ {
		switch {
		case !x.taken[i] && digit(x.in[i]) >= 0:
			at, gaps = append(at, i), 0
		case separator(x.in[i]):
			gaps++
		default:
			return at
		}
	}
	return at
}

// cards masks runs of 13 to 19 digits that begin and end with a group and have a right check digit (Luhn).
func (x *masker) cards() {
	for i := 0; i < len(x.in); {
		at := x.chain(i)
		if len(at) == 0 || at[0] != i {
			i++
			continue
		}
		if i == 0 || x.in[i-1] != '+' { // a telephone number is none
			x.cardsIn(at)
		}
		i = at[len(at)-1] + 1
	}
}

func (x *masker) cardsIn(at []int) {
	starts := func(k int) bool { return k == 0 || at[k] != at[k-1]+1 }
	ends := func(k int) bool { return k == len(at)-1 || at[k+1] != at[k]+1 }
	for k := 0; k < len(at); k++ {
		if !starts(k) {
			continue
		}
		for n := min(19, len(at)-k); n >= 13; n-- {
			if ends(k+n-1) && x.luhn(at[k:k+n]) {
				last := at[k+n-4]
				x.hide(at[k], at[k+n-1]+1, MaskCard, func(i int) bool { return i >= last })
				k += n - 1
				break
			}
		}
	}
}

func (x *masker) luhn(at []int) bool {
	sum := 0
	for k, i := range at {
		d := digit(x.in[i])
		if (len(at)-k)%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// ibans masks bank accounts: two letters of a country, two check digits, and as many characters as that country has.
func (x *masker) ibans() {
	for i := range x.in {
		if i > 0 && alnum(x.in[i-1]) || i+4 > len(x.in) {
			continue
		}
		n := ibanLengths[strings.ToUpper(string(x.in[i:i+2]))]
		if n == 0 || digit(x.in[i+2]) < 0 || digit(x.in[i+3]) < 0 {
			continue
		}
		at := x.characters(i, n)
		if len(at) < n || !x.mod97(at) {
			continue
		}
		first, last := at[2], at[n-4]
		x.hide(i, at[n-1]+1, MaskIBAN, func(i int) bool { return i < first || i >= last })
	}
}

// characters finds n letters or digits from a position with short gaps between them, after which none follows at once.
func (x *masker) characters(from, n int) (at []int) {
	for i, gaps := from, 0; i < len(x.in) && gaps <= gap && len(at) < n; i++ {
		switch {
		case alnum(x.in[i]) && !x.taken[i]:
			at, gaps = append(at, i), 0
		case separator(x.in[i]):
			gaps++
		default:
			return nil
		}
	}
	if len(at) == n && at[n-1]+1 < len(x.in) && alnum(x.in[at[n-1]+1]) {
		return nil
	}
	return at
}

func alnum(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
}

// mod97 checks an IBAN as ISO 13616 says.
func (x *masker) mod97(at []int) bool {
	rest := 0
	for _, i := range append(slices.Clone(at[4:]), at[:4]...) {
		if d := digit(x.in[i]); d >= 0 {
			rest = (rest*10 + d) % 97
		} else {
			rest = (rest*100 + int(unicode.ToUpper(x.in[i])-'A') + 10) % 97
		}
	}
	return rest == 1
}

// ibanLengths says how long the accounts of a country are.
var ibanLengths = func() map[string]int {
	lengths := map[string]int{}
	for _, c := range strings.Fields(`AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29
		ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20
		LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19
		SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30`) {
		lengths[c[:2]] = int(c[2]-'0')*10 + int(c[3]-'0')
	}
	return lengths
}()

var (
	email = regexp.MustCompile(`[\pL\pN._%+\-]+@[\pL\pN\-]+(?:\.[\pL\pN\-]+)+`)
	phone = regexp.MustCompile(`(?:\+|\b00)[1-9](?:[ \-/().\x{a0}\x{202f}\x{2011}\x{2013}]{0,3}\d){6,13}` + // +49 171 1234567
		`|\b0[1-9](?:[ \-/()\x{a0}\x{202f}\x{2011}\x{2013}]{0,3}\d){7,12}` + // 0171 1234567
		`|\(?\b[2-9]\d{2}\)?[ \-.]\d{3}[ \-.]\d{4}\b`) // (555) 123-4567
	date = regexp.MustCompile(`^0\d[\-/ ][01]\d[\-/ ](?:19|20)\d\d`)
)

func (x *masker) emails() {
	x.each(email, func(from, to int) {
		at := from + slices.Index(x.in[from:to], '@')
		x.hide(from, to, MaskEmail, func(i int) bool { return i == from && at > from+1 || i == at })
	})
}

func (x *masker) phones() {
	x.each(phone, func(from, to int) {
		if date.MatchString(string(x.in[from:to])) || to < len(x.in) && digit(x.in[to]) >= 0 {
			return
		}
		x.hide(from, to, MaskPhone, func(i int) bool { return i >= to-2 || strings.ContainsRune("+/().", x.in[i]) })
	})
}

// each finds the places of a pattern that nothing was masked in before.
func (x *masker) each(pattern *regexp.Regexp, found func(from, to int)) {
	text := string(x.in)
	for _, span := range pattern.FindAllStringIndex(text, -1) {
		from := utf8.RuneCountInString(text[:span[0]])
		to := from + utf8.RuneCountInString(text[span[0]:span[1]])
		if x.free(from, to) {
			found(from, to)
		}
	}
}
