package teamsim

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

func peopleRoutes() []route {
	users := []string{userBasicRead, userReadAll, "Directory.Read.All"}
	return []route{
		{method: "GET", template: "/users", scopes: users, serve: (*Tenant).listUsers},
		{method: "GET", template: "/users/{user}", scopes: append(users, userRead), serve: (*Tenant).getUser},
		{method: "GET", template: "/users/{user}/presence", scopes: []string{presenceRead, "Presence.Read"}, rate: ratePresence, serve: (*Tenant).getPresence},
		{method: "GET", template: "/communications/presences/{user}", scopes: []string{presenceRead}, rate: ratePresence, serve: (*Tenant).getPresence},
		{method: "POST", template: "/communications/getPresencesByUserId", scopes: []string{presenceRead}, rate: ratePresence, serve: (*Tenant).getPresences},
	}
}

func (p *Person) userType() string {
	if p.Guest {
		return "Guest"
	}
	return "Member"
}

// defaultProperties come without $select [api: user-get].
var defaultProperties = []string{"businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone", "officeLocation", "preferredLanguage", "surname", "userPrincipalName"}

// basicProperties are all that User.ReadBasic.All shows of other people.
var basicProperties = []string{"displayName", "givenName", "id", "mail", "surname", "userPrincipalName"}

// wireUser shows the selected properties; what the permission hides reads as null.
func (t *Tenant) wireUser(p *Person, selected []string, everything bool) map[string]any {
	all := map[string]any{
		"businessPhones": []string{}, "displayName": p.Name, "givenName": orNull(p.GivenName), "id": p.ID, "jobTitle": orNull(p.JobTitle),
		"mail": orNull(p.Mail), "mobilePhone": nil, "officeLocation": nil, "preferredLanguage": orNull(p.Locale), "surname": orNull(p.Surname),
		"userPrincipalName": p.UPN, "department": orNull(p.Department), "userType": p.userType(), "accountEnabled": !p.Disabled,
		"companyName": t.cfg.Name, "mailNickname": strings.Split(p.UPN, "@")[0], "imAddresses": []string{p.UPN}, "proxyAddresses": []string{"SMTP:" + p.Mail},
	}
	if len(selected) == 0 {
		selected = defaultProperties
	}
	out := map[string]any{}
	for _, name := range selected {
		for key, value := range all {
			if !strings.EqualFold(key, name) {
				continue
			}
			if _, isList := value.([]string); !everything && !slices.Contains(basicProperties, key) {
				value = nil
				if isList {
					value = []string{}
				}
			}
			out[key] = value
		}
	}
	return out
}

func selectedProperties(c *call) []string {
	var names []string
	for _, name := range strings.Split(c.query.Get("$select"), ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// fullView tells whether the caller sees more than the basic profile of a person.
func (c *call) fullView(p *Person) bool {
	scopes := c.token.scopes
	return scopes.has(userReadAll) || scopes.has("Directory.Read.All") || p.ID == c.caller() && scopes.has(userRead)
}

func (t *Tenant) getUser(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.lookup(c.vars["user"])
	if p == nil {
		return fail(http.StatusNotFound, "Request_ResourceNotFound", "Resource '%s' does not exist or one of its queried reference-property objects are not present.", c.vars["user"])
	}
	if p.ID != c.caller() && !c.token.scopes.has(userBasicRead) && !c.fullView(p) {
		return fail(http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
	}
	w := t.wireUser(p, selectedProperties(c), c.fullView(p))
	w["@odata.context"] = c.base + "/v1.0/$metadata#users/$entity"
	return ok(w)
}

// listUsers is GET /users [api: user-list]. $search and $count on it need the header
// ConsistencyLevel: eventual.
func (t *Tenant) listUsers(c *call) answer {
	search, eventual := c.query.Get("$search"), strings.EqualFold(c.header.Get("ConsistencyLevel"), "eventual")
	if c.query.Has("$search") && !eventual {
		return fail(http.StatusBadRequest, "Request_UnsupportedQuery", "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'")
	}
	if a, refused := refuseOptions(c, "$skip"); refused {
		return a
	}
	match, err := parseSearch(search)
	if err != nil {
		return badRequest("Syntax error in $search: %v", err)
	}
	filter, err := parseFilter(c.query.Get("$filter"))
	if err != nil {
		return badRequest("Invalid filter clause: %v", err)
	}
	top := 100
	if text := c.query.Get("$top"); text != "" {
		if top, err = strconv.Atoi(text); err != nil || top < 1 || top > 999 {
			return badRequest("Invalid page size specified: '%s'. Must be between 1 and 999 inclusive.", text)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var found []*Person
	for _, id := range t.peopleOrder {
		if p := t.people[id]; match(p) && filter.person(p) {
			found = append(found, p)
		}
	}
	if search == "" || strings.Contains(strings.ToLower(c.query.Get("$orderby")), "displayname") {
		slices.SortStableFunc(found, func(a, b *Person) int { return strings.Compare(a.Name, b.Name) })
	}
	return t.userPage(c, found, top, eventual)
}

func (t *Tenant) userPage(c *call, found []*Person, top int, eventual bool) answer {
	from, a := readSkip(c)
	if a.status != 0 {
		return a
	}
	start := min(int(from.at), len(found))
	end := min(start+top, len(found))
	out := page{Context: c.base + "/v1.0/$metadata#users"}
	if end < len(found) {
		out.NextLink = c.nextLink(pageKey{int64(end), "users"})
	}
	list := []map[string]any{}
	for _, p := range found[start:end] {
		list = append(list, t.wireUser(p, selectedProperties(c), c.fullView(p)))
	}
	out.Value = list
	if eventual && c.query.Get("$count") == "true" {
		total := len(found)
		out.Count = &total
	}
	return ok(out)
}

var searchClause = regexp.MustCompile(`^\s*("(?:[^"\\]|\\.)*")\s*(AND|OR)?`)

// parseSearch reads `"displayName:eva" OR "mail:eva"`: AND binds tighter than OR.
func parseSearch(text string) (func(*Person) bool, error) {
	if strings.TrimSpace(text) == "" {
		return func(*Person) bool { return true }, nil
	}
	type clause struct{ property, value string }
	groups := [][]clause{{}}
	for rest := text; strings.TrimSpace(rest) != ""; {
		m := searchClause.FindStringSubmatch(rest)
		if m == nil {
			return nil, strconv.ErrSyntax
		}
		var phrase string
		if err := json.Unmarshal([]byte(m[1]), &phrase); err != nil {
			return nil, err
		}
		property, value, found := strings.Cut(phrase, ":")
		if !found {
			return nil, strconv.ErrSyntax
		}
		last := len(groups) - 1
		groups[last] = append(groups[last], clause{property, value})
		if m[2] == "OR" {
			groups = append(groups, nil)
		}
		rest = rest[len(m[0]):]
	}
	return func(p *Person) bool {
		return slices.ContainsFunc(groups, func(all []clause) bool {
			return len(all) > 0 && !slices.ContainsFunc(all, func(c clause) bool {
				have, _ := p.property(c.property).(string)
				return !tokensStart(have, c.value)
			})
		})
	}, nil
}

// tokensStart tells whether every word searched for begins a word of the value.
func tokensStart(value, search string) bool {
	words := splitWords(value)
	wanted := splitWords(search)
	for _, want := range wanted {
		if !slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(word, want) }) {
			return false
		}
	}
	return len(wanted) > 0
}

func splitWords(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
}
