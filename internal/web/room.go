package web

import (
	"context"

	"trialog/internal/auth"
	"trialog/internal/chat"
	"trialog/internal/desk"
)

func (s *Server) preview(ctx context.Context, a desk.Actor, _ *struct{}) (desk.SharePreview, error) {
	return s.cfg.Desk.Preview(ctx, a)
}

type publishIn struct {
	Body struct {
		Ref chat.Seq `json:"ref" doc:"The private line of an expert."`
	}
}

func (s *Server) publish(ctx context.Context, a desk.Actor, in *publishIn) (desk.Posted, error) {
	return s.cfg.Desk.Publish(ctx, a, in.Body.Ref)
}

func (s *Server) remind(ctx context.Context, a desk.Actor, in *oneParticipant) (nothing, error) {
	return nothing{}, s.cfg.Desk.Remind(ctx, a, in.N)
}

type colleagueIn struct {
	Body struct {
		Agent    chat.AgentID   `json:"agent,omitempty"`
		Service  chat.ServiceID `json:"service,omitempty" doc:"Instead: whoever of this service comes first."`
		Transfer bool           `json:"transfer,omitempty" doc:"Leave the chat when somebody accepts."`
	}
}

func (s *Server) inviteColleague(ctx context.Context, a desk.Actor, in *colleagueIn) (chat.Participant, error) {
	return s.cfg.Desk.InviteColleague(ctx, a, desk.Colleague{Agent: in.Body.Agent, Service: in.Body.Service, Transfer: in.Body.Transfer})
}

func (s *Server) decline(ctx context.Context, who auth.Session, in *oneConversation) (nothing, error) {
	return nothing{}, s.cfg.Desk.Decline(ctx, who.Agent, in.ID)
}
