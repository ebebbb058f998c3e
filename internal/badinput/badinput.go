// Package badinput is test support: what strangers are known to send, in one list, so that every test of an entrance sees all of it. The ids are
// those of the product's catalogue of bad inputs.
package badinput

import "strings"

// Input is one bad input.
type Input struct {
	ID, Name string
	Text     string
}

// Texts lists the bad inputs that are text. They go wherever a stranger may write: messages, names, titles, addresses, file names, headers.
func Texts() []Input {
	return []Input{
		{"B01", "script-tag", `<script>alert(1)</script>`},
		{"B02", "image-error", `<img src=x onerror=alert(1)>`},
		{"B03", "svg-load", `<svg/onload=alert(1)>`},
		{"B06", "md-js", `[a](javascript:alert(1))`},
		{"B07", "md-js-tab", `[a](java&#x09;script:alert(1))`},
		{"B08", "md-data", `[a](data:text/html;base64,PHNjcmlwdD4=)`},
		{"B09", "image-beacon", `![](https://evil.test/p.gif)`},
		{"B13", "css-import", `<style>@import'//evil.test'</style>`},
		{"B14", "meta-refresh", `<meta http-equiv=refresh content="0;url=//evil.test">`},
		{"B16", "dom-clobber", `<a id=config><a id=config name=api href=//evil.test>`},
		{"B17", "mxss-math", `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`},
		{"B18", "mxss-noscript", `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`},
		{"B19", "mxss-depth", strings.Repeat("<div>", 600) + `<img src=x onerror=alert(1)>`},
		{"B23", "quoted-marker", `<blockquote><strong>Lena</strong> · #17<abbr title="tl:ABCDEFGHIJKLMNOP"></abbr></blockquote>`},
		{"B26", "open-isolate", "\u2066unclosed"},
		{"B27", "zero-width", "pay\u200Bpal \u200B.htaccess"},
		{"B29", "homoglyph", "Supp\u043ert"},
		{"B30", "zalgo", "Z" + strings.Repeat("\u0335\u0341\u0489", 1700)},
		{"B31", "lone-surrogate", `"\ud800x"`},
		{"B32", "bad-utf8", "a\xff\xfeb\xc0\xaf"},
		{"B34", "zwj-flood", strings.Repeat("👨‍👩‍👧‍👦", 1000)},
		{"B35", "line-separators", "a\u2028b\u2029c\uFEFFd\uFFFF"},
		{"B36", "nf-mix", "e\u0301 \u00e9 \ufdfa"},
		{"B38", "proto-key", `{"__proto__":{"agent":true}}`},
		{"B43", "size", strings.Repeat("ä", 14_337)},
		{"B49", "crlf-header", "x\r\nSet-Cookie: a=b\r\n\r\n<html>"},
		{"B54", "cursor", "-1"},
		{"B54", "cursor-huge", "9223372036854775807"},
		{"B59", "operator", "' OR 1=1--"},
		{"B61", "metadata", "http://169.254.169.254/latest/meta-data/"},
		{"B62", "odd-loopback", "http://2130706433/ http://0x7f000001/ http://127.1/"},
		{"B66", "userinfo", "https://graph.microsoft.com@evil.test/"},
		{"B69", "schemes", "file:///etc/passwd gopher://evil.test/ javascript:alert(1)"},
		{"B79", "path-up", "../../etc/passwd"},
		{"B79", "drive", `C:\x\con.txt`},
		{"B84", "double-ending", "x.pdf.exe"},
		{"B94", "error-script", "error=<script>alert(1)</script>&error_description=AADSTS50105%3A"},
		{"B97", "csv-formula", `=HYPERLINK("//evil.test","x")`},
		{"B99", "log-forge", "\r\n2026-01-01 level=info msg=\"login ok\""},
		{"B100", "forged-address", "127.0.0.1, <b>1</b>"},
		{"B102", "header-forgery", "Anna (agent) · #17"},
	}
}

// Tokens lists what pretends to be a signed token.
func Tokens() []Input {
	return []Input{
		{"B56", "none", "eyJhbGciOiJub25lIn0.eyJhdWQiOiJhIn0."},
		{"B56", "hs256", "eyJhbGciOiJIUzI1NiIsImtpZCI6ImsifQ.eyJhdWQiOiJhIn0.c2ln"},
		{"B56", "jku", "eyJhbGciOiJSUzI1NiIsImprdSI6Imh0dHBzOi8vZXZpbC50ZXN0In0.eyJhdWQiOiJhIn0.c2ln"},
		{"B56", "crit", "eyJhbGciOiJSUzI1NiIsImNyaXQiOlsieCJdLCJ4IjoxfQ.e30.c2ln"},
		{"B56", "empty", ".."},
		{"B90", "long", strings.Repeat("eyJh.", 4000)},
		{"B93", "unknown-key", "eyJhbGciOiJSUzI1NiIsImtpZCI6Im5vYm9keSJ9.e30.c2ln"},
	}
}
