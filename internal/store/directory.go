package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"trialog/internal/chat"
)

// Favourite is somebody whom an agent has starred. Body is a JSON document of the directory's.
type Favourite struct {
	Person chat.Person
	Body   json.RawMessage
}

// MaxFavourites is how many people one agent can star.
const MaxFavourites = 200

var errFavourites = chat.Refuse(chat.Conflict, "too_many_favourites", "At most %d people can be favourites.", MaxFavourites)

// PutFavourite stars somebody for an agent; starring again renews the body. Error: chat.Conflict "too_many_favourites".
func (s *Store) PutFavourite(ctx context.Context, agent chat.AgentID, f Favourite) error {
	body, err := document(f.Body)
	if err != nil {
		return err
	}
	err = s.Update(ctx, func(tx *Tx) error {
		var others int
		if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM favourites WHERE agent = $1 AND NOT (account = $2 AND person = $3)",
			string(agent), string(f.Person.Account), string(f.Person.ID)).Scan(&others); err != nil {
			return err
		}
		if others >= MaxFavourites {
			return errFavourites
		}
		_, err := tx.Exec(ctx, `INSERT INTO favourites (agent, account, person, starred, body) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (agent, account, person) DO UPDATE SET body = excluded.body`,
			string(agent), string(f.Person.Account), string(f.Person.ID), time.Now().UnixMicro(), body)
		return err
	})
	if err != nil {
		return fmt.Errorf("star for %s: %w", agent, err)
	}
	return nil
}

// DropFavourite takes a star away; one that is not there is away.
func (s *Store) DropFavourite(ctx context.Context, agent chat.AgentID, who chat.Person) error {
	err := s.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM favourites WHERE agent = $1 AND account = $2 AND person = $3", string(agent), string(who.Account), string(who.ID))
		return err
	})
	if err != nil {
		return fmt.Errorf("take star of %s away: %w", agent, err)
	}
	return nil
}

// Favourites lists whom an agent has starred, in the order of the stars.
func (s *Store) Favourites(ctx context.Context, agent chat.AgentID) ([]Favourite, error) {
	return collect(ctx, s, "read favourites", func(rows *sql.Rows) (f Favourite, err error) {
		var body []byte
		err = rows.Scan(&f.Person.Account, &f.Person.ID, &body)
		f.Body = body
		return f, err
	}, "SELECT account, person, body FROM favourites WHERE agent = $1 ORDER BY starred, account, person", string(agent))
}

// Colleague is an agent as the directory lists them.
type Colleague struct {
	ID       chat.AgentID
	Login    string
	Name     string
	Team     string // "" for none
	SignedIn bool   // in a browser somewhere
	Chats    int    // conversations in which the agent takes part now
	Photo    string // version of the photo, "" for none
}

// Colleagues lists all agents by team and name; those of no team come last.
func (s *Store) Colleagues(ctx context.Context) ([]Colleague, error) {
	return collect(ctx, s, "read colleagues", func(rows *sql.Rows) (c Colleague, err error) {
		var sessions int
		err = rows.Scan(&c.ID, &c.Login, &c.Name, &c.Team, &c.Photo, &c.Chats, &sessions)
		c.SignedIn = sessions > 0
		return c, err
	}, `SELECT a.id, a.login, a.name, COALESCE(t.team, ''), COALESCE(p.version, ''), COALESCE(k.chats, 0), COALESCE(n.sessions, 0)
		FROM agents a LEFT JOIN team_members t ON t.agent = a.id LEFT JOIN photos p ON p.agent = a.id
		LEFT JOIN (SELECT agent, COUNT(*) AS chats FROM parts GROUP BY agent) k ON k.agent = a.id
		LEFT JOIN (SELECT agent, COUNT(*) AS sessions FROM sessions WHERE expires > $1 GROUP BY agent) n ON n.agent = a.id
		ORDER BY CASE WHEN t.team IS NULL THEN 1 ELSE 0 END, t.team, a.name, a.id`, time.Now().UnixMicro())
}

// PutTeam says of which team an agent is; "" for none.
func (s *Store) PutTeam(ctx context.Context, agent chat.AgentID, team string) error {
	err := s.Update(ctx, func(tx *Tx) error {
		if team == "" {
			_, err := tx.Exec(ctx, "DELETE FROM team_members WHERE agent = $1", string(agent))
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO team_members (agent, team) VALUES ($1, $2) ON CONFLICT (agent) DO UPDATE SET team = excluded.team", string(agent), team)
		return err
	})
	if err != nil {
		return fmt.Errorf("put agent %s into a team: %w", agent, err)
	}
	return nil
}

// How far back PastConferences looks.
const (
	pastConversations = 5000
	pastConferences   = 300
)

// PastConferences lists the newest conversations of a service that had a thread in Microsoft Teams, the newest first. It looks through
// a bounded number of recent conversations, by an index: nothing of it is done while people write.
func (s *Store) PastConferences(ctx context.Context, service chat.ServiceID) ([]*chat.Conversation, error) {
	rows, err := s.reader.QueryContext(ctx, "SELECT "+snapshotColumns+" FROM "+withHeads+`
		JOIN (SELECT number FROM conversations WHERE service = $1 ORDER BY number DESC LIMIT $2) recent ON recent.number = c.number
		JOIN threads t ON t.conversation = c.id ORDER BY c.number DESC LIMIT $3`, string(service), pastConversations, pastConferences)
	if err != nil {
		return nil, s.outcome("read past conferences", err)
	}
	snaps, err := scanSnapshots(rows) // not learned: what is past would push what is present out of the cache
	if err != nil {
		return nil, s.outcome("read past conferences", err)
	}
	list := make([]*chat.Conversation, len(snaps))
	for i, snap := range snaps {
		list[i] = snap.state
	}
	return list, nil
}
