package account

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

func ptr(s string) *string { return &s }

const guid = "7f1c2a54-93f1-4d8e-9a4b-2f6c0d1e5a90"

// good is a form with which an account can be made.
func good() Form {
	return Form{Name: ptr("Contoso"), Tenant: ptr(guid), ClientID: ptr(guid), Secret: ptr("s3cret~value")}
}

func TestForm(t *testing.T) {
	now := time.Date(2026, 11, 27, 15, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		field, code string
		change      func(*Form)
	}{
		{"", "", func(f *Form) {}},
		{"", "", func(f *Form) { f.Expires, f.Locale, f.TimeZone = ptr("2027-03-01"), ptr("de"), ptr("Europe/Berlin") }},
		{"name", "bad_name", func(f *Form) { f.Name = ptr(" \n ") }},
		{"name", "bad_name", func(f *Form) { f.Name = ptr(strings.Repeat("x", 81)) }},
		{"tenant", "bad_guid", func(f *Form) { f.Tenant = ptr("contoso.com") }},
		{"clientId", "bad_guid", func(f *Form) { f.ClientID = ptr(guid + "0") }},
		{"secret", "no_credential", func(f *Form) { f.Secret = nil }},
		{"secret", "secret_id", func(f *Form) { f.Secret = ptr(guid) }},
		{"secret", "bad_secret", func(f *Form) { f.Secret = ptr("two words") }},
		{"certificate", "secret_and_certificate", func(f *Form) { f.Certificate = ptr("x") }},
		{"certificate", "bad_certificate", func(f *Form) { f.Secret, f.Certificate = nil, ptr("hello") }},
		{"certificate", "certificate_without_key", func(f *Form) { f.Secret, f.Certificate = nil, ptr("-----BEGIN CERTIFICATE-----") }},
		{"certificate", "bad_certificate", func(f *Form) {
			f.Secret, f.Certificate = nil, ptr("-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----")
		}},
		{"expires", "expired", func(f *Form) { f.Expires = ptr("2026-11-27") }},
		{"expires", "bad_date", func(f *Form) { f.Expires = ptr("27.11.2027") }},
		{"expires", "bad_date", func(f *Form) { f.Expires = ptr("2126-11-27") }},
		{"locale", "bad_locale", func(f *Form) { f.Locale = ptr("fr") }},
		{"timeZone", "bad_time_zone", func(f *Form) { f.TimeZone = ptr("Mars/Olympus") }},
		{"thirdMember", "bad_guid", func(f *Form) { f.ThirdMember = ptr("erik@contoso.com") }},
		{"without", "bad_feature", func(f *Form) { f.Without = &[]string{"chats"} }},
	} {
		f := good()
		c.change(&f)
		var a store.Account
		err := f.apply(&a, now)
		var got chat.Error
		if refusal, ok := err.(*chat.Error); ok {
			got = *refusal
		} else if err != nil {
			t.Fatal(err)
		}
		if got.Field != c.field || got.Code != c.code {
			t.Errorf("%s %s: got %q %q", c.field, c.code, got.Field, got.Code)
		}
	}
}

func TestSecretAndExpiry(t *testing.T) {
	now := time.Date(2026, 11, 27, 15, 0, 0, 0, time.UTC)
	a := store.Account{}
	f := good()
	f.Expires = ptr("2027-01-05")
	if err := f.apply(&a, now); err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{"2026-12-01": "", "2026-12-06": "warning", "2026-12-20": "warning", "2026-12-21": "urgent", "2027-01-06": "urgent"} {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		n, near := expiry(a, at)
		if near != (want != "") || near && n.Level != want {
			t.Errorf("%s: %+v %v, want %q", day, n, near, want)
		}
	}
	if err := (Form{Name: ptr("Other")}).apply(&a, now); err != nil || a.Secret != "s3cret~value" || a.Settings.Expires.IsZero() {
		t.Errorf("a change of the name leaves %+v, %v", a.Settings, err)
	}
	if err := (Form{Secret: ptr("new~secret")}).apply(&a, now); err != nil || !a.Settings.Expires.IsZero() {
		t.Errorf("a new secret keeps the old end: %v %v", a.Settings.Expires, err)
	}
}

func TestPermissions(t *testing.T) {
	a := store.Account{Settings: store.AccountSettings{Without: []string{"presence"}}}
	granted := []string{"https://graph.microsoft.com/Chat.ReadWrite", "user.read", "Files.ReadWrite"}
	if got := strings.Join(Missing(a, granted), " "); got != "User.ReadBasic.All ChatMember.ReadWrite" {
		t.Errorf("missing: %s", got)
	}
	if got := strings.Join(Scopes(a), " "); strings.Contains(got, "Presence") || !strings.Contains(got, "offline_access") {
		t.Errorf("asks for %s", got)
	}
	if got := ScopesFor(a, "admin_consent"); got != "ChatMember.ReadWrite" {
		t.Errorf("admin consent is about %s", got)
	}
	all := map[string]bool{}
	for _, scope := range Scopes(store.Account{}) {
		all[scope] = true
	}
	for _, f := range features {
		if !all[f.Scope] {
			t.Errorf("feature %s needs %s, which nobody asks for", f.Name, f.Scope)
		}
	}
}

var entry = regexp.MustCompile(`(?m)^\s*"(diag\.\w+)":\s*"((?:[^"\\]|\\.)*)"`)

// TestSameWords: the command line and the desk say the same, and every problem has words in every language.
func TestSameWords(t *testing.T) {
	for _, lang := range []string{"en", "de"} {
		text, err := os.ReadFile("../../ui/desk/src/texts/" + lang + ".ts")
		if err != nil {
			t.Fatal(err)
		}
		catalogue := map[string]string{}
		for _, m := range entry.FindAllStringSubmatch(string(text), -1) {
			catalogue[strings.TrimPrefix(m[1], "diag.")] = m[2]
		}
		for code, sentence := range sentences {
			switch got, ok := catalogue[code]; {
			case !ok:
				t.Errorf("%s has no words for %s", lang, code)
			case lang == "en" && got != sentence:
				t.Errorf("%s: the desk says %q, the command line %q", code, got, sentence)
			case strings.Contains(sentence, "{detail}") != strings.Contains(got, "{detail}"):
				t.Errorf("%s: %s names the thing differently", code, lang)
			}
		}
	}
	for _, p := range graph.Problems() {
		if sentences[string(p)] == "" {
			t.Errorf("no words for the problem %s", p)
		}
	}
}

func TestNewID(t *testing.T) {
	taken := []store.Account{{ID: "contoso"}, {ID: "contoso-2"}}
	for name, want := range map[string]chat.AccountID{"Contoso": "contoso-3", "Müller & Söhne": "m-ller-s-hne", "会社": "account"} {
		if got := newID(name, taken); got != want {
			t.Errorf("%s becomes %s", name, got)
		}
	}
}
