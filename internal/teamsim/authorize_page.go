package teamsim

import (
	"embed"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

//go:embed pages/*.html
var pageFiles embed.FS

// pageData fills pages/signin.html. View chooses the part that is shown.
type pageData struct {
	Words        words
	View         string // picker, consent, approval, adminConsent, signedOut, error, formPost
	Nonce        string
	App          string
	Organisation string
	Person       *Person
	People       []pagePerson
	Scopes       []string
	Error        *aadErrorBody
	Action       string
	Fields       map[string]string
}

type pagePerson struct {
	ID, Name, UPN, Initials string
	Colour                  int
}

func (t *Tenant) renderPage(w http.ResponseWriter, status int, data pageData) {
	nonce, err := t.secret(16)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	data.Nonce = nonce
	page, err := template.ParseFS(pageFiles, "pages/signin.html")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'nonce-"+nonce+"'; script-src 'nonce-"+nonce+"'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if err := page.Execute(w, data); err != nil {
		t.log.Warn("sign-in page not delivered", "view", data.View, "err", err)
	}
}

// errorPage shows what must never be redirected.
func (t *Tenant) errorPage(w http.ResponseWriter, r *http.Request, e *aadError) {
	body := t.aadErrorBody(e, r)
	t.renderPage(w, http.StatusBadRequest, pageData{Words: wordsFor(r), View: "error", Error: &body})
}

// pickerPage lists the people of the tenant; the hinted one comes first.
func (t *Tenant) pickerPage(w http.ResponseWriter, r *http.Request, req *authorizeRequest) {
	all := t.People()
	if req.hint != "" {
		slices.SortStableFunc(all, func(a, b Person) int {
			return btoi(strings.EqualFold(b.UPN, req.hint)) - btoi(strings.EqualFold(a.UPN, req.hint))
		})
	}
	data := pageData{Words: wordsFor(r), View: "picker", App: req.app.Name, Organisation: t.cfg.Name}
	for _, p := range all {
		data.People = append(data.People, pagePerson{p.ID, p.Name, p.UPN, initials(p.Name), colour(p.ID)})
	}
	t.renderPage(w, http.StatusOK, data)
}

func (t *Tenant) consentPage(w http.ResponseWriter, r *http.Request, req *authorizeRequest, p *Person) {
	words := wordsFor(r)
	t.renderPage(w, http.StatusOK, pageData{Words: words, View: "consent", App: req.app.Name,
		Organisation: t.cfg.Name, Person: p, Scopes: describeScopes(req.scopes, words)})
}

// approvalPage is "Need admin approval" (AADSTS90094).
func (t *Tenant) approvalPage(w http.ResponseWriter, r *http.Request, req *authorizeRequest, p *Person) {
	words := wordsFor(r)
	body := t.aadErrorBody(refuse(90094, ""), r)
	t.renderPage(w, http.StatusOK, pageData{Words: words, View: "approval", App: req.app.Name,
		Organisation: t.cfg.Name, Person: p, Error: &body, Scopes: describeScopes(req.scopes, words)})
}

// formPostPage sends the values by POST; without scripts the person presses the button.
func (t *Tenant) formPostPage(w http.ResponseWriter, r *http.Request, target string, values url.Values) {
	fields := map[string]string{}
	for key := range values {
		fields[key] = values.Get(key)
	}
	t.renderPage(w, http.StatusOK, pageData{Words: wordsFor(r), View: "formPost", Action: target, Fields: fields})
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func initials(name string) string {
	var out []rune
	for _, part := range strings.Fields(name) {
		if len(out) < 2 {
			out = append(out, []rune(part)[0])
		}
	}
	return strings.ToUpper(string(out))
}

// colour picks one of the page's six colours for a person, always the same.
func colour(id string) int {
	sum := 0
	for _, c := range id {
		sum = (sum*31 + int(c)) % 6
	}
	return sum
}

// words are the texts of the pages in one language.
type words map[string]string

// wordsFor follows ui_locales first, then Accept-Language; English otherwise.
func wordsFor(r *http.Request) words {
	var wanted []language.Tag
	for _, tag := range strings.Fields(r.FormValue("ui_locales")) {
		if parsed, err := language.Parse(tag); err == nil {
			wanted = append(wanted, parsed)
		}
	}
	if len(wanted) == 0 {
		if accepted, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language")); err == nil {
			wanted = accepted
		}
	}
	_, index, _ := language.NewMatcher([]language.Tag{language.English, language.German}).Match(wanted...)
	if index == 1 {
		return germanWords()
	}
	return englishWords()
}

// describeScopes words the permissions for a person, sorted.
func describeScopes(set scopeSet, w words) []string {
	texts := map[string]bool{}
	for _, name := range set {
		text, ok := w["scope:"+name]
		if !ok {
			text = name
		}
		texts[text] = true
	}
	return slices.Sorted(maps.Keys(texts))
}
