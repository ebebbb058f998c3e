package desk

import (
	"context"
	"fmt"
	"unicode/utf8"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// Choice is what an agent chose in the preview: what of the history experts get.
type Choice struct {
	From      chat.Seq      // the first line; 0 for all
	Hide      []chat.Seq    // single lines
	HideFiles []chat.FileID // single files
	Lifted    []chat.Lift   // lines that stay readable although something in them would be masked
}

// Bounds of a choice.
const (
	maxChosen = 1000
	maxReason = 200
)

// shareOf makes a share of a choice. Who chose has seen everything masked; who did not gets the masks of the service.
func (d *Desk) shareOf(ctx context.Context, a Actor, s store.Service, choice *Choice) (chat.Share, error) {
	live := s.Settings.LiveMasks()
	if choice == nil {
		return chat.Share{Masks: live, Live: live}, nil
	}
	if choice.From < 0 {
		return chat.Share{}, chat.RefuseField("share.from", "bad_cursor", "A line has a positive number.")
	}
	if len(choice.Hide) > maxChosen || len(choice.HideFiles) > maxChosen || len(choice.Lifted) > maxChosen {
		return chat.Share{}, chat.RefuseField("share", "too_many", "At most %d lines or files can be chosen one by one.", maxChosen)
	}
	lifted := make([]chat.Lift, len(choice.Lifted))
	for i, l := range choice.Lifted {
		field := fmt.Sprintf("share.lifted[%d]", i)
		l.Reason = oneLine(l.Reason)
		if n := utf8.RuneCountInString(l.Reason); n < 1 || n > maxReason {
			return chat.Share{}, chat.RefuseField(field+".reason", "bad_reason", "Say in at most %d characters why the mask is lifted.", maxReason)
		}
		if e, err := d.visible(ctx, a, l.Seq); err != nil || e.Kind != chat.Message {
			return chat.Share{}, chat.RefuseField(field+".seq", "no_line", "There is no such line.")
		}
		lifted[i] = l
	}
	return chat.Share{From: choice.From, Hide: choice.Hide, HideFiles: choice.HideFiles, Lifted: lifted, Masks: chat.AllMasks, Live: live}, nil
}

// SharePreview is what an expert would get who is invited now. JSON: SharePreview in ui/shared/types.ts.
type SharePreview struct {
	// From is the first line that can be chosen; everything before stands in the thread as it is. 0: nothing can be chosen, because experts
	// take part and whoever comes later sees the same thread.
	From  chat.Seq      `json:"from"`
	Live  chat.Masks    `json:"live"` // of lines written after the invitation
	Lines []PreviewLine `json:"lines"`
}

// PreviewLine is a line as experts get it: in its newest version, masked.
type PreviewLine struct {
	Entry  chat.Entry      `json:"entry"`
	Masked []chat.MaskKind `json:"masked"` // what was masked in it
	Fixed  bool            `json:"fixed"`  // it stands in the thread already, or was left out of it
	Hidden bool            `json:"hidden"` // it was left out
}

// Preview returns what an expert would get who is invited now, with everything masked that can be.
func (d *Desk) Preview(ctx context.Context, a Actor) (SharePreview, error) {
	c, err := d.store.Conversation(ctx, a.Conversation)
	if err != nil {
		return SharePreview{}, err
	}
	if err := c.MayOffer(a.Participant); err != nil {
		return SharePreview{}, err
	}
	service, err := d.serviceOf(ctx, c)
	if err != nil {
		return SharePreview{}, err
	}
	all, err := d.newest(ctx, c)
	if err != nil {
		return SharePreview{}, err
	}
	p := SharePreview{From: c.NextShare(), Live: service.Settings.LiveMasks(), Lines: []PreviewLine{}}
	for _, e := range all {
		l := PreviewLine{Entry: e, Masked: []chat.MaskKind{}}
		var kinds []chat.MaskKind
		switch {
		case p.From > 0 && e.Seq >= p.From:
			l.Entry.Content, kinds = e.Content.Masked(chat.AllMasks)
		case e.Via == chat.ViaTeams:
			l.Fixed = true
		default:
			l.Fixed, l.Hidden = true, c.Hidden(e.Seq)
			l.Entry.Content, kinds = c.ForExperts(e.Seq, e.Content)
		}
		l.Masked = append(l.Masked, kinds...)
		p.Lines = append(p.Lines, l)
	}
	return p, nil
}

// newest reads the lines that experts see, in their newest versions and without those that were deleted.
func (d *Desk) newest(ctx context.Context, c *chat.Conversation) ([]chat.Entry, error) {
	var lines []chat.Entry
	at := map[chat.Seq]int{}
	err := d.each(ctx, c.ID, 0, func(e chat.Entry) {
		i, known := at[e.Ref]
		switch {
		case e.Kind == chat.Edit && known && (lines[i].Kind != chat.Delete || e.Via == chat.ViaTeams):
			lines[i].Kind, lines[i].Content = chat.Message, e.Content
		case e.Kind == chat.Delete && known:
			lines[i].Kind = chat.Delete
		case chat.Crosses(e) || e.Via == chat.ViaTeams && e.Kind == chat.Message:
			at[e.Seq] = len(lines)
			e.Key = ""
			lines = append(lines, e)
		}
	})
	kept := lines[:0]
	for _, e := range lines {
		if e.Kind != chat.Delete {
			kept = append(kept, e)
		}
	}
	return kept, err
}

// each visits all entries after a seq.
func (d *Desk) each(ctx context.Context, id chat.ConversationID, after chat.Seq, visit func(chat.Entry)) error {
	const page = 500
	for {
		entries, err := d.store.Entries(ctx, id, after, page)
		if err != nil || len(entries) == 0 {
			return err
		}
		for _, e := range entries {
			visit(e)
		}
		after = entries[len(entries)-1].Seq
	}
}
