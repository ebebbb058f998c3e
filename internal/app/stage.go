package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"trialog/internal/web"
)

// DemoStage says who can act on the stage, with the simulated tenant at that address, and what it can play: the conversations of a
// JSON file.
func DemoStage(tenant, chats string) (*web.Demo, error) {
	d := &web.Demo{Teams: tenant, Experts: []string{"Erik Lind", "Mei Tanaka", "Omar Haddad", "Lucía Romero"}}
	for _, p := range DemoSeed("").Staff {
		d.Agents = append(d.Agents, web.DemoAgent{Login: p.Login, Password: p.Password, Name: p.Name})
	}
	var err error
	d.Conversations, err = readChats(chats)
	return d, err
}

// stageChats is how many conversations the stage offers to play.
const stageChats = 40

// readChats reads conversations that other people wrote; a file that is not there is no error: the stage has a script of its own.
func readChats(path string) ([]web.DemoConversation, error) {
	if path == "" {
		return nil, nil
	}
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read conversations: %w", err)
	}
	var all []struct {
		ID       string      `json:"id"`
		Services []string    `json:"services"`
		Lines    [][2]string `json:"lines"`
	}
	if err := json.Unmarshal(b, &all); err != nil {
		return nil, fmt.Errorf("read conversations of %s: %w", path, err)
	}
	var chats []web.DemoConversation
	for _, c := range all {
		if len(chats) < stageChats {
			chats = append(chats, web.DemoConversation{ID: c.ID, Title: strings.ReplaceAll(strings.Join(c.Services, ", "), "_", " ") + " · " + c.ID, Lines: c.Lines})
		}
	}
	return chats, nil
}
