package apptest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"trialog/internal/chat"
)

// Told is what an agent's browser was told, live, of the agent's own chats in Microsoft Teams.
type Told struct {
	Chat string `json:"chat"`
	Name string `json:"name"`
	Mine bool   `json:"mine"`
}

func (a *Agent) hearTalk(frame []byte) {
	var t Told
	if json.Unmarshal(frame, &t) != nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.told = append(a.told, t)
}

// Told lists what the browser was told.
func (a *Agent) Told() []Told {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]Told{}, a.told...)
}

// Line is a message of an own chat as the desk shows it.
type Line struct {
	ID      string       `json:"id"`
	Author  string       `json:"author"`
	Mine    bool         `json:"mine"`
	Content chat.Content `json:"content"`
	Deleted bool         `json:"deleted"`
}

// Lines is a page of an own chat or a channel.
type Lines struct {
	Lines  []Line `json:"lines"`
	Before string `json:"before"`
	State  string `json:"state"`
	Reason string `json:"reason"`
}

// words are the lines as a screen shows them.
func (l Lines) words() []string {
	var all []string
	for _, x := range l.Lines {
		all = append(all, x.Author+": "+x.Content.PlainText())
	}
	return all
}

// OpenTalk opens the one-to-one chat with somebody from the directory.
func (a *Agent) OpenTalk(ctx context.Context, name string) (string, error) {
	p, err := a.find(ctx, name)
	if err != nil {
		return "", err
	}
	var t struct {
		Chat string `json:"chat"`
	}
	err = a.call(ctx, "POST", "/teams-chats", map[string]any{"account": p.Account, "id": p.ID}, &t)
	return t.Chat, err
}

func talkAt(id string) string { return "/teams-chats/" + url.PathEscape(id) + "/messages" }

// ReadTalk reads a page of an own chat.
func (a *Agent) ReadTalk(ctx context.Context, id, before string) (Lines, error) {
	var l Lines
	err := a.call(ctx, "GET", talkAt(id)+"?before="+url.QueryEscape(before), nil, &l)
	return l, err
}

// SayInTalk writes in an own chat under a client id.
func (a *Agent) SayInTalk(ctx context.Context, id, client, text string) error {
	return a.call(ctx, "POST", talkAt(id), map[string]any{"id": client, "text": text}, nil)
}

// FetchFromTalk reads the bytes of a file that a message refers to.
func (a *Agent) FetchFromTalk(ctx context.Context, id, message string, n chat.FileID) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, "GET", a.base+talkAt(id)+"/"+message+"/files/"+string(n), nil)
	if err != nil {
		return nil, err
	}
	resp, err := a.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("fetch file: %d %s", resp.StatusCode, b)
	}
	return b, err
}

// Channels is the folder "Microsoft Teams Channels".
type Channels struct {
	State  string `json:"state"`
	Reason string `json:"reason"`
	Teams  []struct {
		ID       string `json:"id"`
		Name     string `json:"name"`
		Channels []struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"channels"`
	} `json:"teams"`
}

// Names lists the channels as TEAM/CHANNEL.
func (c Channels) Names() []string {
	var all []string
	for _, t := range c.Teams {
		for _, ch := range t.Channels {
			all = append(all, t.Name+"/"+ch.Name)
		}
	}
	return all
}

// Channels opens the folder of channels.
func (a *Agent) Channels(ctx context.Context) (Channels, error) {
	var c Channels
	err := a.call(ctx, "GET", "/teams-channels", nil, &c)
	return c, err
}

// channel is the address of the messages of a channel TEAM/CHANNEL.
func (a *Agent) channel(ctx context.Context, name string) (string, error) {
	c, err := a.Channels(ctx)
	if err != nil {
		return "", err
	}
	for _, t := range c.Teams {
		for _, ch := range t.Channels {
			if t.Name+"/"+ch.Name == name {
				return "/teams-channels/" + url.PathEscape(t.ID) + "/" + url.PathEscape(ch.ID) + "/messages", nil
			}
		}
	}
	return "", fmt.Errorf("no channel %q among %s", name, strings.Join(c.Names(), ", "))
}

// AllowChannels signs in at Microsoft once more and grants what channels need.
func (a *Agent) AllowChannels(ctx context.Context, person string) error {
	var start struct {
		URL string `json:"url"`
	}
	if err := a.call(ctx, "POST", "/me/teams", map[string]any{"channels": true}, &start); err != nil {
		return err
	}
	return a.w.signInAtMicrosoft(ctx, a.client, start.URL, person)
}
