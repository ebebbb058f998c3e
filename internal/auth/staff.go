package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// Role is what somebody of the staff is.
type Role string

// The roles.
const (
	RoleAgent         Role = "agent"
	RoleSupervisor    Role = "supervisor"
	RoleAdministrator Role = "administrator"
)

// Staff is somebody who signs in at the desk.
type Staff struct {
	Agent    chat.AgentID
	Login    string
	Name     string
	Nickname string // what customers and experts read, if set
	Locale   string
	Roles    []Role
	Capacity int             // conversations at once; 0 for no bound
	Settings json.RawMessage // a JSON object that belongs to the desk's interface
	Photo    string          // version of the photo, "" for none
}

// Has reports whether somebody has a role.
func (s Staff) Has(r Role) bool { return slices.Contains(s.Roles, r) }

// NewStaff is an account to be created.
type NewStaff struct {
	Login    string
	Password string
	Name     string
	Nickname string
	Locale   string // language tag; empty for the browser's
	Roles    []Role // default RoleAgent
	Capacity int
	// Demo lets a password be as short as one likes, for accounts that everybody may use.
	Demo bool
}

// CreateStaff creates an account. Errors: chat.Invalid with the field, chat.Conflict "login_taken".
func (a *Auth) CreateStaff(ctx context.Context, n NewStaff) (Staff, error) {
	login := foldLogin(n.Login)
	if !loginShape.MatchString(login) {
		return Staff{}, chat.RefuseField("login", "bad_login", "A login has 1 to 64 letters, digits and . _ - @ +.")
	}
	if len(n.Roles) == 0 {
		n.Roles = []Role{RoleAgent}
	}
	record := store.Agent{Login: login, Capacity: n.Capacity}
	for _, r := range n.Roles {
		if r != RoleAgent && r != RoleSupervisor && r != RoleAdministrator {
			return Staff{}, chat.RefuseField("roles", "bad_role", "There is no role %q.", r)
		}
		record.Roles = append(record.Roles, string(r))
	}
	if n.Capacity < 0 {
		return Staff{}, chat.RefuseField("capacity", "bad_capacity", "The capacity is not negative.")
	}
	if err := (Profile{Name: &n.Name, Nickname: &n.Nickname, Locale: &n.Locale}).apply(&record); err != nil {
		return Staff{}, err
	}
	var err error
	if record.PasswordHash, err = a.newHash(ctx, n.Password, n.Demo); err != nil {
		return Staff{}, err
	}
	if record, err = a.store.CreateAgent(ctx, record); err != nil {
		return Staff{}, err
	}
	return staffOf(record), nil
}

// SetPassword changes a password and ends all sessions of the account, so that who had the old one is out.
func (a *Auth) SetPassword(ctx context.Context, agent chat.AgentID, password string) error {
	hash, err := a.newHash(ctx, password, false)
	if err != nil {
		return err
	}
	if err := a.store.SetPasswordHash(ctx, agent, hash); err != nil {
		return err
	}
	if err := a.EndSessions(ctx, agent); err != nil {
		return err
	}
	return a.audit(ctx, agent, "set_password")
}

func (a *Auth) newHash(ctx context.Context, password string, demo bool) (string, error) {
	n := utf8.RuneCountInString(password)
	if n < minPassword && !(demo && n > 0) || n > maxPassword {
		return "", chat.RefuseField("password", "bad_password", "A password has %d to %d characters.", minPassword, maxPassword)
	}
	return a.passwords.hash(ctx, password)
}

// Staff returns an account. Error: chat.NotFound "no_agent".
func (a *Auth) Staff(ctx context.Context, agent chat.AgentID) (Staff, error) {
	record, err := a.store.Agent(ctx, agent)
	if err != nil {
		return Staff{}, err
	}
	return staffOf(record), nil
}

// StaffByLogin returns the account with that login. Error: chat.NotFound "no_agent".
func (a *Auth) StaffByLogin(ctx context.Context, login string) (Staff, error) {
	record, err := a.store.AgentByLogin(ctx, foldLogin(login))
	if err != nil {
		return Staff{}, err
	}
	return staffOf(record), nil
}

func staffOf(r store.Agent) Staff {
	s := Staff{Agent: r.ID, Login: r.Login, Name: r.Name, Nickname: r.Nickname, Locale: r.Locale, Capacity: r.Capacity, Settings: r.Settings, Photo: r.Photo}
	for _, role := range r.Roles {
		s.Roles = append(s.Roles, Role(role))
	}
	return s
}

// Profile is what people change about themselves. What is nil stays.
type Profile struct {
	Name     *string
	Nickname *string         // "" for none
	Locale   *string         // "" for the browser's language
	Settings json.RawMessage // a JSON object
}

// UpdateProfile changes an account's profile. Errors: chat.Invalid with the field, chat.NotFound "no_agent".
func (a *Auth) UpdateProfile(ctx context.Context, agent chat.AgentID, p Profile) (Staff, error) {
	record, err := a.store.Agent(ctx, agent)
	if err != nil {
		return Staff{}, err
	}
	if err := p.apply(&record); err != nil {
		return Staff{}, err
	}
	if err := a.store.UpdateAgent(ctx, record); err != nil {
		return Staff{}, err
	}
	return staffOf(record), nil
}

// Limits of a profile.
const (
	maxNameRunes  = 80
	maxNameMarks  = 4        // combining marks in a row
	maxSettings   = 16 << 10 // bytes
	loginPattern  = `^[\p{L}\p{Nd}._@+-]{1,64}$`
	localePattern = `^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`
)

var (
	loginShape  = regexp.MustCompile(loginPattern)
	localeShape = regexp.MustCompile(localePattern)
)

func (p Profile) apply(r *store.Agent) error {
	if p.Name != nil {
		if r.Name = cleanName(*p.Name); r.Name == "" || utf8.RuneCountInString(r.Name) > maxNameRunes {
			return chat.RefuseField("name", "bad_name", "A name has 1 to %d characters.", maxNameRunes)
		}
	}
	if p.Nickname != nil {
		if r.Nickname = cleanName(*p.Nickname); utf8.RuneCountInString(r.Nickname) > maxNameRunes {
			return chat.RefuseField("nickname", "bad_name", "A nickname has at most %d characters.", maxNameRunes)
		}
	}
	if p.Locale != nil {
		if r.Locale = *p.Locale; r.Locale != "" && !localeShape.MatchString(r.Locale) {
			return chat.RefuseField("locale", "bad_locale", "This is not a language tag.")
		}
	}
	if p.Settings != nil {
		var object map[string]json.RawMessage
		if len(p.Settings) > maxSettings || json.Unmarshal(p.Settings, &object) != nil || object == nil {
			return chat.RefuseField("settings", "bad_settings", "Settings are a JSON object of at most %d KiB.", maxSettings>>10)
		}
		r.Settings = p.Settings
	}
	return nil
}

// cleanName makes a name that cannot pretend to be something else: one line, no invisible or direction-changing characters, no
// towers of accents.
func cleanName(s string) string {
	marks := 0
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.M, r) {
			if marks++; marks > maxNameMarks {
				return -1
			}
			return r
		}
		marks = 0
		if unicode.In(r, unicode.Cf, unicode.Co, unicode.Noncharacter_Code_Point) && r != '\u200D' && r != '\u200C' {
			return -1
		}
		return r
	}, norm.NFC.String(chat.Clean(s)))
	return strings.Join(strings.Fields(s), " ")
}

// foldLogin makes the same login of every way to type it.
func foldLogin(login string) string {
	return strings.ToLower(norm.NFKC.String(strings.TrimSpace(login)))
}

func (a *Auth) audit(ctx context.Context, agent chat.AgentID, action string) error {
	err := a.store.Audit(ctx, store.AuditRecord{Actor: "agent:" + string(agent), Action: action, Object: "agent:" + string(agent)})
	if err != nil {
		return fmt.Errorf("audit %s of agent %s: %w", action, agent, err)
	}
	return nil
}
