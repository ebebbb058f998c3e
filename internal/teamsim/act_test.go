package teamsim_test

import (
	"errors"
	"strings"
	"testing"

	"trialog/internal/teamsim"
)

func TestActing(t *testing.T) {
	w := newWorld(t)
	anna, erik := w.tenant.As("Anna Becker"), w.tenant.As("Erik Lind")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	chat, err := anna.NewChat("act", "Erik Lind", "Mei Tanaka")
	must(err)
	first, err := anna.Say("act", "<p>one</p>") // by topic
	must(err)
	second, err := erik.Say(chat, "<p>two</p>") // by id
	must(err)
	must(erik.Edit(chat, second, "<p>two!</p>"))
	must(erik.React(chat, first, "👍"))
	must(erik.React(chat, first, "💘"))
	must(erik.Unreact(chat, first, "💘"))
	_, err = erik.Quote(chat, first, "<p>three</p>")
	must(err)
	_, err = erik.Post(chat, map[string]any{"body": map[string]string{"contentType": "html", "content": `<codeblock class="Go"><code>x</code></codeblock>`}, "importance": "urgent"})
	must(err)
	must(erik.Delete(chat, second))
	must(erik.Undelete(chat, second))
	must(erik.Rename(chat, "acted"))
	must(erik.Add(chat, "Omar Haddad"))
	must(erik.Remove(chat, "Mei Tanaka"))
	must(w.tenant.As("Omar Haddad").Leave(chat))

	seen, err := anna.Messages("acted")
	must(err)
	var lines []string
	for _, m := range seen {
		line := m.Event
		if line == "" {
			line = m.From + ": " + m.Text()
			for _, r := range m.Reactions {
				line += " [" + r.Emoji + " " + r.From + "]"
			}
		}
		lines = append(lines, line)
	}
	want := "membersAdded|Anna Becker: one [👍 Erik Lind]|Erik Lind: two!|Erik Lind: three|Erik Lind: x|chatRenamed|membersAdded|membersDeleted|membersLeft"
	if got := strings.Join(lines, "|"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	chats, err := anna.Chats()
	must(err)
	if len(chats) != 5 || chats[0].Topic != "acted" {
		t.Errorf("%d chats, first %q", len(chats), chats[0].Topic)
	}
}

func TestActingWithFiles(t *testing.T) {
	w := newWorld(t)
	erik := w.tenant.As("Erik Lind")
	if _, err := erik.File("Anna Becker", "plan.txt", []byte("the plan"), "<p>see</p>"); err != nil {
		t.Fatal(err)
	}
	png := []byte("\x89PNG\r\n\x1a\n")
	if _, err := erik.Picture("Anna Becker", `a "b".png`, png, "<p>look</p>"); err != nil {
		t.Fatal(err)
	}
	seen, err := w.tenant.As("Anna Becker").Messages("Erik Lind")
	if err != nil {
		t.Fatal(err)
	}
	file, picture := seen[len(seen)-2], seen[len(seen)-1]
	if file.Attachments[0].Name != "plan.txt" || !strings.Contains(file.Body, file.Attachments[0].ID) {
		t.Fatalf("%+v", file)
	}
	anna := w.tenant.As("Anna Becker")
	if got, err := anna.Read(file.Attachments[0].URL); err != nil || string(got) != "the plan" {
		t.Errorf("%q %v", got, err)
	}
	address := strings.Split(picture.Body, `src="`)[1]
	address = address[:strings.Index(address, `"`)]
	if got, err := anna.Read(address); err != nil || string(got) != string(png) || string(picture.Images[0].Bytes) != string(png) {
		t.Errorf("%q %v", got, err)
	}
	var refused *teamsim.ActError
	if _, err := w.tenant.As("Omar Haddad").Read(file.Attachments[0].URL); !errors.As(err, &refused) || refused.Status != 403 {
		t.Errorf("a stranger reads the file: %v", err)
	}
	if _, err := w.tenant.As("Omar Haddad").Read(address); !errors.As(err, &refused) || refused.Status != 403 {
		t.Errorf("a stranger sees the picture: %v", err)
	}
}

func TestActingRefused(t *testing.T) {
	w := newWorld(t)
	chat, err := w.tenant.As("Anna Becker").NewChat("refused", "Erik Lind", "Mei Tanaka")
	if err != nil {
		t.Fatal(err)
	}
	msg, err := w.tenant.As("Anna Becker").Say(chat, "x")
	if err != nil {
		t.Fatal(err)
	}
	erik, omar, nobody := w.tenant.As("Erik Lind"), w.tenant.As("Omar Haddad"), w.tenant.As("Nobody")
	var refused *teamsim.ActError
	for name, err := range map[string]error{
		"edit another's":   erik.Edit(chat, msg, "y"),
		"delete another's": erik.Delete(chat, msg),
		"say as stranger":  second(omar.Say(chat, "y")),
		"guest as owner":   erik.Add(chat, "Tom Fuchs"),
	} {
		if !errors.As(err, &refused) || refused.Status != 403 || refused.Error() == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, err := range map[string]error{
		"nobody says":      second(nobody.Say(chat, "y")),
		"nobody lists":     second(nobody.Chats()),
		"to nobody":        erik.OneOnOne("Nobody", "x"),
		"no such chat":     second(erik.Say("nothing", "x")),
		"remove stranger":  erik.Remove(chat, "Omar Haddad"),
		"stranger reads":   second(omar.Messages(chat)),
		"nobody reads":     second(nobody.Read("https://x.example/y")),
		"file to nowhere":  second(erik.File("nothing", "a.txt", nil, "")),
		"present, unknown": w.tenant.SetPresence("Nobody", teamsim.Presence{Availability: "Away"}),
		"disable nobody":   w.tenant.Disable("Nobody", true),
		"revoke nobody":    w.tenant.RevokeSignIn("Nobody", 0),
		"consent nobody":   w.tenant.Consent("x"),
		"unconsent nobody": w.tenant.RevokeConsent("x"),
		"block nothing":    w.tenant.Block(chat, "1", true),
		"vanish nothing":   w.tenant.Vanish("x"),
		"team of nobody":   second(w.tenant.AddTeam("x", nil, "Nobody")),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := w.tenant.As("Ben Okafor").OneOnOne("Anna Becker", "<p>first contact</p>"); err != nil {
		t.Fatal(err)
	}
	if got, err := w.tenant.As("Anna Becker").Messages("Ben Okafor"); err != nil || len(got) != 1 {
		t.Errorf("%v %v", got, err)
	}
}

func second[T any](_ T, err error) error { return err }
