package chat

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMasks(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"visa in groups", "Karte 4111 1111 1111 1111 bitte", "Karte •••• •••• •••• 1111 bitte"},
		{"visa in one", "4111111111111111", "••••••••••••1111"},
		{"dashes", "4111-1111-1111-1111", "••••-••••-••••-1111"},
		{"no-break spaces and a soft hyphen", "4111\u00a01111\u202f1111\u00ad1111", "••••\u00a0••••\u202f••••\u00ad1111"},
		{"amex", "3782 822463 10005", "•••• •••••• •0005"},
		{"13 digits", "4222222222222", "•••••••••2222"},
		{"19 digits", "6304000000000000000", "•••••••••••••••0000"},
		{"full width", "4111 1111 1111 1111", "•••• •••• •••• 1111"},
		{"arabic", "٤١١١١١١١١١١١١١١١", "••••••••••••١١١١"},
		{"behind an order number", "Nr. 12345 4111 1111 1111 1111", "Nr. 12345 •••• •••• •••• 1111"},
		{"before a date", "4111 1111 1111 1111, 12/27", "•••• •••• •••• 1111, 12/27"},
		{"order number that fails the check", "Bestellung 4111 1111 1111 1112", "Bestellung 4111 1111 1111 1112"},
		{"order number of 16 digits", "1234567890123456", "1234567890123456"},
		{"12 digits", "411111111116", "411111111116"},
		{"inside of a longer number", "94111111111111111123", "94111111111111111123"},
		{"over two lines", "4111 1111\n1111 1111", "4111 1111\n1111 1111"},
		{"iban", "DE89 3704 0044 0532 0130 00", "DE•• •••• •••• •••• ••30 00"},
		{"iban in one, lower case, words after", "iban de89370400440532013000 danke", "iban de••••••••••••••••3000 danke"},
		{"iban with words after", "GB82 WEST 1234 5698 7654 32 thanks", "GB•• •••• •••• •••• ••54 32 thanks"},
		{"email", "an karla.mueller+x@mail.example.org, bitte", "an k••••••••••••••@••••••••••••••••, bitte"},
		{"phones", "+49 171 1234567 oder 0171/1234567", "+•• ••• •••••67 oder ••••/•••••67"},
		{"us phone", "(555) 123-4567", "(•••) •••-••67"},
		{"date", "am 01-02-2024 um 12:30", "am 01-02-2024 um 12:30"},
		{"short number", "Raum 0123", "Raum 0123"},
		{"empty", "", ""},
	} {
		want := tt.want
		if want == "" {
			want = tt.in
		}
		got, kinds := AllMasks.Text(tt.in)
		if got != want {
			t.Errorf("%s: %q became %q, want %q", tt.name, tt.in, got, want)
		}
		if (got != tt.in) != (len(kinds) > 0) {
			t.Errorf("%s: kinds %v for %q", tt.name, kinds, got)
		}
	}
}

// TestWrongCheckDigits: what only looks like an account or card stays.
func TestWrongCheckDigits(t *testing.T) {
	for _, in := range []string{"DE88 3704 0044 0532 0130 00", "ZZ89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 001", "Auftrag 4111-1111-1111-1112", "XDE89370400440532013000"} {
		if got, kinds := (Masks{Cards: true, IBANs: true}).Text(in); got != in || kinds != nil {
			t.Errorf("%q became %q (%v)", in, got, kinds)
		}
	}
}

func TestMasksSwitchedOff(t *testing.T) {
	in := "4111111111111111 DE89370400440532013000 a@b.de +49 171 1234567"
	for _, m := range []Masks{{}, {Emails: true}, {Cards: true}, {IBANs: true}, {Phones: true}} {
		got, _ := m.Text(in)
		for on, part := range map[*bool]string{&m.Cards: "411111111111", &m.IBANs: "37040044", &m.Emails: "a@b.de", &m.Phones: "171 12345"} {
			if strings.Contains(got, part) == *on {
				t.Errorf("%+v gives %q", m, got)
			}
		}
	}
}

func TestMaskedContent(t *testing.T) {
	f := File{ID: "f", Name: "Karte 4111_1111_1111_1111.pdf"}
	in := Content{
		{T: Paragraph, Kids: []Node{{T: Text, Text: "4111 1111 "}, {T: Text, Text: "1111", Marks: []Mark{Bold}}, {T: Text, Text: " 1111"}}},
		{T: Paragraph, Kids: []Node{{T: Link, Href: "mailto:karla%40example.org", Kids: []Node{{T: Text, Text: "schreib mir"}}}}},
		{T: Paragraph, Kids: []Node{{T: Link, Href: "https://example.org/1", Kids: []Node{{T: Text, Text: "hier"}}}}},
		{T: CodeBlock, Text: "x = 4111111111111111"},
		{T: FileNode, File: &f},
	}
	got, kinds := in.Masked(AllMasks)
	if want := "•••• •••• •••• 1111\nschreib mir\nhier\nx = ••••••••••••1111\n[Karte ••••_••••_••••_1111.pdf]"; got.PlainText() != want {
		t.Errorf("got\n%s\nwant\n%s", got.PlainText(), want)
	}
	if got[1].Kids[0].T != Text || got[2].Kids[0].T != Link || got[0].Kids[1].Marks[0] != Bold {
		t.Errorf("links and marks: %+v", got[:3])
	}
	if f.Name != "Karte 4111_1111_1111_1111.pdf" || in[0].Kids[0].Text != "4111 1111 " {
		t.Error("the original was changed")
	}
	slices.Sort(kinds)
	if !slices.Equal(kinds, []MaskKind{MaskCard, MaskEmail}) {
		t.Errorf("kinds %v", kinds)
	}
}

// FuzzMasks: a mask never panics, keeps the length, masks trees as it masks text, and changes nothing without saying so.
func FuzzMasks(f *testing.F) {
	for _, s := range []string{"4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00", "a@b.de", "+49 171 1234567", "0171-1234567\n٤١", "4111 1111 1111 1111 4111 1111 1111 1111"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		if !utf8.ValidString(in) {
			return
		}
		once, kinds := AllMasks.Text(in)
		if utf8.RuneCountInString(once) != utf8.RuneCountInString(in) {
			t.Fatalf("%q became %q", in, once)
		}
		if (once == in) != (len(kinds) == 0) {
			t.Fatalf("%q became %q, kinds %v", in, once, kinds)
		}
		tree, _ := FromText(in).Masked(AllMasks)
		if got, _ := AllMasks.Text(Clean(in)); tree.PlainText() != got {
			t.Fatalf("content %q, text %q", tree.PlainText(), got)
		}
	})
}
