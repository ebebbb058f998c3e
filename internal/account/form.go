package account

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// Form is what an administrator fills in. What is nil stays as it is.
type Form struct {
	Name        *string   `json:"name,omitempty"`
	Tenant      *string   `json:"tenant,omitempty" doc:"Directory (tenant) ID: a GUID."`
	ClientID    *string   `json:"clientId,omitempty" doc:"Application (client) ID: a GUID."`
	Secret      *string   `json:"secret,omitempty" doc:"The secret's value. It takes the place of a certificate."`
	Certificate *string   `json:"certificate,omitempty" doc:"PEM of a certificate and its RSA key. It takes the place of a secret."`
	Expires     *string   `json:"expires,omitempty" doc:"The day on which the secret ends, YYYY-MM-DD; empty for unknown. A certificate says so itself."`
	Locale      *string   `json:"locale,omitempty" doc:"Language of what is written into threads: de or en."`
	TimeZone    *string   `json:"timeZone,omitempty" doc:"Time zone of times there, such as Europe/Berlin; empty for the server's."`
	ThirdMember *string   `json:"thirdMember,omitempty" doc:"Object ID of somebody who joins threads of two where Microsoft gives two people no group chat; empty for nobody."`
	Without     *[]string `json:"without,omitempty" doc:"Features to switch off."`
}

var guidShape = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

const (
	maxName   = 80
	maxSecret = 512
	maxYears  = 10 // a secret that lives longer is a slip of the pen
)

// apply checks the form and writes it over an account. Errors: chat.Invalid with the field.
func (f Form) apply(a *store.Account, now time.Time) error {
	for _, step := range []func(*store.Account, time.Time) error{f.applyNames, f.applyIDs, f.applySecret, f.applyExpiry, f.applyThread} {
		if err := step(a, now); err != nil {
			return err
		}
	}
	return nil
}

func (f Form) applyNames(a *store.Account, _ time.Time) error {
	if f.Name != nil {
		a.Name = strings.Join(strings.Fields(chat.Clean(*f.Name)), " ")
	}
	if a.Name == "" || utf8.RuneCountInString(a.Name) > maxName {
		return chat.RefuseField("name", "bad_name", "A name has 1 to %d characters.", maxName)
	}
	return nil
}

func (f Form) applyIDs(a *store.Account, _ time.Time) error {
	for _, id := range []struct {
		field, is string
		to        *string
		given     *string
	}{{"tenant", "directory (tenant) ID", &a.Tenant, f.Tenant}, {"clientId", "application (client) ID", &a.ClientID, f.ClientID}} {
		if id.given != nil {
			*id.to = strings.ToLower(strings.TrimSpace(*id.given))
		}
		if !guidShape.MatchString(*id.to) {
			return chat.RefuseField(id.field, "bad_guid", "The %s is a GUID, such as 7f1c2a54-93f1-4d8e-9a4b-2f6c0d1e5a90.", id.is)
		}
	}
	return nil
}

func (f Form) applySecret(a *store.Account, now time.Time) error {
	secret, certificate := value(f.Secret), strings.TrimSpace(value(f.Certificate))
	switch {
	case secret != "" && certificate != "":
		return chat.RefuseField("certificate", "secret_and_certificate", "Give a secret or a certificate, not both.")
	case secret != "":
		if err := checkSecret(secret); err != nil {
			return err
		}
		if secret != a.Secret {
			a.Settings.Expires = time.Time{}
		}
		a.Secret, a.Certificate = secret, ""
	case certificate != "":
		until, err := checkCertificate(certificate, now)
		if err != nil {
			return err
		}
		a.Secret, a.Certificate, a.Settings.Expires = "", certificate, until
	case a.Secret == "" && a.Certificate == "":
		return chat.RefuseField("secret", "no_credential", "A client secret or a certificate is needed.")
	}
	return nil
}

func checkSecret(secret string) error {
	switch {
	case guidShape.MatchString(secret):
		return chat.RefuseField("secret", "secret_id", "This is the secret's ID. What is needed is its value, which Microsoft shows once, when the secret is made.")
	case len(secret) > maxSecret || !utf8.ValidString(secret) || strings.ContainsFunc(secret, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		return chat.RefuseField("secret", "bad_secret", "A client secret has at most %d characters and no blanks.", maxSecret)
	}
	return nil
}

func (f Form) applyExpiry(a *store.Account, now time.Time) error {
	if f.Expires == nil || a.Certificate != "" {
		return nil
	}
	if *f.Expires == "" {
		a.Settings.Expires = time.Time{}
		return nil
	}
	at, err := time.Parse(time.DateOnly, *f.Expires)
	if err != nil || at.After(now.AddDate(maxYears, 0, 0)) {
		return chat.RefuseField("expires", "bad_date", "This is no date within the next %d years; write YYYY-MM-DD.", maxYears)
	}
	if DaysLeft(at, now) <= 0 && !at.Equal(a.Settings.Expires) {
		return chat.RefuseField("expires", "expired", "This day is over: such a secret is refused by Microsoft.")
	}
	a.Settings.Expires = at
	return nil
}

func (f Form) applyThread(a *store.Account, _ time.Time) error {
	s := &a.Settings
	set(&s.Locale, f.Locale)
	set(&s.TimeZone, f.TimeZone)
	set(&s.ThirdMember, f.ThirdMember)
	if f.Without != nil {
		s.Without = slices.Compact(slices.Sorted(slices.Values(*f.Without)))
	}
	if s.Locale != "" && s.Locale != "de" && s.Locale != "en" {
		return chat.RefuseField("locale", "bad_locale", "The language of threads is de or en.")
	}
	if _, err := time.LoadLocation(s.TimeZone); err != nil || s.TimeZone == "Local" {
		return chat.RefuseField("timeZone", "bad_time_zone", "There is no such time zone; write it like Europe/Berlin.")
	}
	if s.ThirdMember != "" && !guidShape.MatchString(s.ThirdMember) {
		return chat.RefuseField("thirdMember", "bad_guid", "The third member is named by their object ID, a GUID.")
	}
	for _, name := range s.Without {
		if feature, ok := featureOf(name); !ok || feature.Essential {
			return chat.RefuseField("without", "bad_feature", "There is no feature %q that could be switched off.", name)
		}
	}
	return nil
}

func set(to *string, given *string) {
	if given != nil {
		*to = strings.TrimSpace(*given)
	}
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// names lists the fields that were filled in, for the audit trail.
func (f Form) names() []string {
	var list []string
	for name, given := range map[string]bool{"name": f.Name != nil, "tenant": f.Tenant != nil, "clientId": f.ClientID != nil, "secret": value(f.Secret) != "",
		"certificate": value(f.Certificate) != "", "expires": f.Expires != nil, "locale": f.Locale != nil, "timeZone": f.TimeZone != nil,
		"thirdMember": f.ThirdMember != nil, "without": f.Without != nil} {
		if given {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}
