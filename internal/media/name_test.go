package media

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestSafeName(t *testing.T) {
	long := strings.Repeat("ä", 300)
	for in, want := range map[string]string{
		"report.pdf":                        "report.pdf",
		"../../etc/passwd":                  "passwd",
		`C:\Users\me\x.txt`:                 "x.txt",
		`..\..\x`:                           "x",
		"con.txt":                           "_con.txt",
		"CON":                               "_CON",
		"com1.tar.gz":                       "_com1.tar.gz",
		"lpt¹.txt":                          "_lpt¹.txt",
		"com.txt":                           "com.txt",
		"console.txt":                       "console.txt",
		"a\r\nSet-Cookie: x=1.txt":          "aSet-Cookie_ x=1.txt",
		"<img onerror=alert(1)>.png":        "_img onerror=alert(1)_.png",
		"invoice\u202Efdp.exe":              "invoicefdp.exe",
		"\u200B.htaccess":                   "htaccess",
		"x.pdf.exe":                         "x.pdf.exe",
		"a\u2066b.txt":                      "ab.txt",
		"cafe\u0301.txt":                    "café.txt",
		"bad\xff.txt":                       "bad\uFFFD.txt",
		"👩‍👩‍👧.png":                         "👩‍👩‍👧.png",
		"":                                  "file",
		"...":                               "file",
		"/":                                 "_",
		" . ":                               "file",
		"a/":                                "a",
		"\u200D":                            "file",
		"\u200C\u200D.\u200D":               "file",
		"\u00A0":                            "file",
		"\u3000\u3000":                      "file",
		"\u3164.\uFE0F\u2800":               "file",
		"\u200D\u3000.pdf":                  "\u200D\u3000.pdf",
		"❤️":                                "❤️",
		"\u0301":                            "\u0301",
		"dot.":                              "dot",
		".env":                              "env",
		long + ".docx":                      strings.Repeat("ä", 115) + ".docx",
		strings.Repeat("\u200D", 300) + "x": "file",
		strings.Repeat("x", 300):            strings.Repeat("x", 120),
		"no." + strings.Repeat("e", 40):     "no." + strings.Repeat("e", 40),
	} {
		if got := SafeName(in); got != want {
			t.Errorf("SafeName(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzSafeName(f *testing.F) {
	for _, s := range []string{"a.txt", "../x", `C:\x`, "con.txt", "\u202e.gpj", strings.Repeat("😀.", 200), "e\u0301\u0301", "com1 .x", " .a", "a .b", "\u200d", "\u3000.\u00a0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		safe := SafeName(name)
		if safe == "" || !utf8.ValidString(safe) || utf8.RuneCountInString(safe) > maxName || len(safe) > 255 {
			t.Fatalf("SafeName(%q) = %q", name, safe)
		}
		if strings.ContainsAny(safe, `/\<>:"|?*`) || strings.ContainsFunc(safe, unicode.IsControl) || strings.ContainsFunc(safe, func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }) {
			t.Fatalf("SafeName(%q) = %q", name, safe)
		}
		if strings.HasPrefix(safe, ".") || strings.HasSuffix(safe, ".") || strings.HasSuffix(safe, " ") || device(safe) {
			t.Fatalf("SafeName(%q) = %q", name, safe)
		}
		if !strings.ContainsFunc(safe, visible) {
			t.Fatalf("SafeName(%q) = %q, which nobody sees", name, safe)
		}
		if again := SafeName(safe); again != safe {
			t.Fatalf("SafeName(%q) = %q, and of that %q", name, safe, again)
		}
	})
}
