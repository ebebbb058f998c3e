package teamsim

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// filter is a parsed $filter; nil accepts everything.
type filter func(get getter) bool

// getter gives the value of a property: string, bool, time.Time or, for any(), a list.
type getter func(property string) any

func (f filter) accepts(get getter) bool { return f == nil || f(get) }

// chat applies the filter to a chat.
func (f filter) chat(t *Tenant, c *chat) bool {
	return f.accepts(func(property string) any {
		switch property {
		case "id":
			return c.id
		case "chatType":
			return c.kind
		case "topic":
			return c.topic
		case "createdDateTime":
			return c.created
		case "lastUpdatedDateTime":
			return c.updated
		case "members":
			list := make([]getter, 0, len(c.members))
			for _, m := range c.members {
				list = append(list, t.memberGetter(m))
			}
			return list
		}
		return nil
	})
}

func (t *Tenant) memberGetter(m *member) getter {
	return func(property string) any {
		p := t.people[m.person]
		switch {
		case property == "userId":
			return m.person
		case p == nil:
			return nil
		case property == "displayName":
			return p.Name
		case property == "email":
			return p.Mail
		}
		return nil
	}
}

// person applies the filter to a person.
func (f filter) person(p *Person) bool {
	return f.accepts(func(property string) any { return p.property(property) })
}

func (p *Person) property(name string) any {
	switch name {
	case "id":
		return p.ID
	case "displayName":
		return p.Name
	case "givenName":
		return p.GivenName
	case "surname":
		return p.Surname
	case "mail":
		return p.Mail
	case "userPrincipalName":
		return p.UPN
	case "jobTitle":
		return p.JobTitle
	case "department":
		return p.Department
	case "userType":
		return p.userType()
	case "accountEnabled":
		return !p.Disabled
	}
	return nil
}

var filterToken = regexp.MustCompile(`^\s*('(?:[^']|'')*'|[\w.@$:+/-]+|[(),])`)

// parseFilter reads the part of OData's language that chats and users need: comparisons,
// startsWith, in, any, not, and, or, parentheses.
func parseFilter(text string) (filter, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	p := &filterParser{}
	for rest := text; strings.TrimSpace(rest) != ""; {
		m := filterToken.FindStringSubmatch(rest)
		if m == nil {
			return nil, fmt.Errorf("syntax error at %q", rest)
		}
		p.tokens = append(p.tokens, m[1])
		rest = rest[len(m[0]):]
	}
	f, err := p.either()
	if err == nil && p.at < len(p.tokens) {
		err = fmt.Errorf("syntax error at %q", p.tokens[p.at])
	}
	return f, err
}

type filterParser struct {
	tokens []string
	at     int
}

func (p *filterParser) peek() string {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return ""
}

func (p *filterParser) next() string {
	token := p.peek()
	p.at++
	return token
}

func (p *filterParser) expect(token string) error {
	if got := p.next(); got != token {
		return fmt.Errorf("expected %q, found %q", token, got)
	}
	return nil
}

func (p *filterParser) either() (filter, error) {
	left, err := p.both()
	for err == nil && p.peek() == "or" {
		p.next()
		var right filter
		a := left
		right, err = p.both()
		left = func(get getter) bool { return a(get) || right(get) }
	}
	return left, err
}

func (p *filterParser) both() (filter, error) {
	left, err := p.single()
	for err == nil && p.peek() == "and" {
		p.next()
		var right filter
		a := left
		right, err = p.single()
		left = func(get getter) bool { return a(get) && right(get) }
	}
	return left, err
}

func (p *filterParser) single() (filter, error) {
	switch word := p.next(); {
	case word == "not":
		inner, err := p.single()
		return func(get getter) bool { return !inner(get) }, err
	case word == "(":
		inner, err := p.either()
		if err != nil {
			return nil, err
		}
		return inner, p.expect(")")
	case strings.EqualFold(word, "startswith") && p.peek() == "(":
		return p.startsWith()
	case strings.HasSuffix(word, "/any") && p.peek() == "(":
		return p.anyOf(strings.TrimSuffix(word, "/any"))
	default:
		return p.comparison(word)
	}
}

func (p *filterParser) startsWith() (filter, error) {
	p.next()
	property := p.next()
	if err := p.expect(","); err != nil {
		return nil, err
	}
	prefix, err := literal(p.next())
	if err != nil {
		return nil, err
	}
	want, isText := prefix.(string)
	if !isText {
		return nil, fmt.Errorf("startsWith needs a text")
	}
	return func(get getter) bool {
		have, isText := get(property).(string)
		return isText && strings.HasPrefix(strings.ToLower(have), strings.ToLower(want))
	}, p.expect(")")
}

// anyOf reads "list/any(x:x/property eq …)".
func (p *filterParser) anyOf(list string) (filter, error) {
	p.next()
	variable, rest, found := strings.Cut(p.next(), ":")
	if !found {
		return nil, fmt.Errorf("any needs a variable")
	}
	if rest != "" {
		p.at--
		p.tokens[p.at] = rest
	}
	inner, err := p.either()
	if err != nil {
		return nil, err
	}
	return func(get getter) bool {
		items, _ := get(list).([]getter)
		for _, item := range items {
			if inner(func(property string) any { return item(strings.TrimPrefix(property, variable+"/")) }) {
				return true
			}
		}
		return false
	}, p.expect(")")
}

func (p *filterParser) comparison(property string) (filter, error) {
	operator := p.next()
	if operator == "in" {
		return p.oneOf(property)
	}
	want, err := literal(p.next())
	if err != nil {
		return nil, err
	}
	switch operator {
	case "eq", "ne", "gt", "ge", "lt", "le":
	default:
		return nil, fmt.Errorf("unknown operator %q", operator)
	}
	return func(get getter) bool { return holds(get(property), operator, want) }, nil
}

func (p *filterParser) oneOf(property string) (filter, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var wanted []any
	for {
		value, err := literal(p.next())
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, value)
		switch p.next() {
		case ",":
			continue
		case ")":
			return func(get getter) bool {
				for _, want := range wanted {
					if holds(get(property), "eq", want) {
						return true
					}
				}
				return false
			}, nil
		}
		return nil, fmt.Errorf("the list of %q has no end", property)
	}
}

// literal reads a text in quotes, a bool, null or a time.
func literal(token string) (any, error) {
	if strings.HasPrefix(token, "'") && strings.HasSuffix(token, "'") && len(token) >= 2 {
		return strings.ReplaceAll(token[1:len(token)-1], "''", "'"), nil
	}
	switch token {
	case "true", "false":
		return token == "true", nil
	case "null":
		return nil, nil
	}
	at, err := time.Parse(time.RFC3339Nano, token)
	if err != nil {
		return nil, fmt.Errorf("%q is no value", token)
	}
	return at, nil
}

// holds compares; texts compare without case, as Graph does.
func holds(have any, operator string, want any) bool {
	if want == nil || have == nil {
		empty := have == nil || have == ""
		return operator == "eq" && (want == nil) == empty || operator == "ne" && (want == nil) != empty
	}
	order := 0
	switch w := want.(type) {
	case string:
		h, isText := have.(string)
		if !isText {
			return false
		}
		order = strings.Compare(strings.ToLower(h), strings.ToLower(w))
	case bool:
		if h, isBool := have.(bool); !isBool || h != w {
			order = 1
		}
	case time.Time:
		h, isTime := have.(time.Time)
		if !isTime {
			return false
		}
		order = h.Compare(w)
	}
	switch operator {
	case "eq":
		return order == 0
	case "ne":
		return order != 0
	case "gt":
		return order > 0
	case "ge":
		return order >= 0
	case "lt":
		return order < 0
	}
	return order <= 0
}
