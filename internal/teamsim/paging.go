package teamsim

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
)

// pageKey is a place in a list that is sorted newest first: lists that grow while they
// are read neither repeat nor skip what was there.
type pageKey struct {
	at int64
	id string
}

// after tells whether k comes later in the list than o.
func (k pageKey) after(o pageKey) bool { return k.compare(o) > 0 }

func (k pageKey) token() string {
	raw, err := json.Marshal([2]string{strconv.FormatInt(k.at, 10), k.id})
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// readSkip reads the opaque $skiptoken of a nextLink.
func readSkip(c *call) (pageKey, answer) {
	token := c.query.Get("$skiptoken")
	if token == "" {
		return pageKey{}, answer{}
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	var parts [2]string
	if err == nil {
		err = json.Unmarshal(raw, &parts)
	}
	if err != nil {
		return pageKey{}, badRequest("Invalid skip token.")
	}
	at, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return pageKey{}, badRequest("Invalid skip token.")
	}
	return pageKey{at, parts[1]}, answer{}
}

// nextLink repeats the request from another place.
func (c *call) nextLink(from pageKey) string {
	query := url.Values{}
	for key, values := range c.query {
		query[key] = values
	}
	if from == (pageKey{}) {
		query.Del("$skiptoken")
	} else {
		query.Set("$skiptoken", from.token())
	}
	return c.url() + "?" + strings.ReplaceAll(query.Encode(), "%24", "$")
}

// pageSize reads $top.
func pageSize(c *call, usual int) (int, answer) {
	top := c.query.Get("$top")
	if top == "" {
		return usual, answer{}
	}
	n, err := strconv.Atoi(top)
	switch {
	case err != nil || n < 1:
		return 0, badRequest("Invalid value '%s' for $top query option found.", top)
	case n > maxPage:
		return 0, badRequest("The limit of '%d' for Top query has been exceeded. The value from the incoming request is '%d'.", maxPage, n)
	}
	return n, answer{}
}

// refuseOptions refuses query options that an operation does not take.
func refuseOptions(c *call, names ...string) (answer, bool) {
	for _, name := range names {
		if c.query.Has(name) {
			return badRequest("Query option '%s' is not allowed. To allow it, set the 'AllowedQueryOptions' property on EnableQueryAttribute or QueryValidationSettings.", strings.TrimPrefix(name, "$")), true
		}
	}
	return answer{}, false
}
