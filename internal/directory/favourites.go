package directory

import (
	"context"
	"encoding/json"
	"fmt"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// Star makes somebody a favourite of the agent, or takes the star away. The name comes from the source, never from a browser, and so does
// the account, which may have taken the place of another one. Errors: chat.NotFound "no_person", chat.Conflict "too_many_favourites".
func (d *Directory) Star(ctx context.Context, agent chat.AgentID, who chat.Person, on bool) error {
	if !on {
		return d.store.DropFavourite(ctx, agent, who)
	}
	p, err := d.Person(ctx, agent, who)
	if err != nil {
		return err
	}
	p.Presence, p.AtDesk, p.LastChatAt, p.Unread = nil, nil, nil, false // what passes is not kept
	body, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("star %s: %w", who.ID, err)
	}
	return d.store.PutFavourite(ctx, agent, store.Favourite{Person: chat.Person{Account: p.Account, ID: p.ID}, Body: body})
}

// favourites is the folder of those whom the agent has starred, with their presence, and by the names that their sources know now.
func (d *Directory) favourites(ctx context.Context, agent chat.AgentID) (Folder, error) {
	f := Folder{ID: FolderFavourites, State: Empty, People: []Person{}}
	list, err := d.store.Favourites(ctx, agent)
	if err != nil {
		return f, err
	}
	for _, v := range list {
		var p Person
		if err := json.Unmarshal(v.Body, &p); err != nil {
			return f, fmt.Errorf("read favourite %s of %s: %w", v.Person.ID, agent, err)
		}
		f.People = append(f.People, p)
	}
	if f.Total = len(f.People); f.Total > 0 {
		f.State = OK
	}
	return f, d.present(ctx, agent, f.People)
}
