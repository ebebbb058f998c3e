package web

import (
	"context"

	"trialog/internal/account"
	"trialog/internal/auth"
	"trialog/internal/chat"
)

// Administration is what administrators do with Microsoft Teams accounts. Actors are those of the audit trail. Functions may be nil where
// Microsoft Teams is not built in.
type Administration struct {
	List    func(ctx context.Context) ([]account.View, error)
	Create  func(ctx context.Context, actor string, f account.Form) (account.View, error)
	Change  func(ctx context.Context, actor string, id chat.AccountID, f account.Form) (account.View, error)
	Delete  func(ctx context.Context, actor string, id chat.AccountID) error
	Test    func(ctx context.Context, id chat.AccountID) ([]account.Finding, error)
	Rotate  func(ctx context.Context, actor string, id chat.AccountID) error
	Health  func(ctx context.Context, id chat.AccountID) (account.Health, error)
	Notices func(ctx context.Context, who auth.Staff) ([]account.Notice, error)
	// RetryLane sets a lane of the account going again; Replay and Discard settle a notification that was set aside.
	RetryLane func(ctx context.Context, id chat.AccountID, conversation chat.ConversationID) error
	Replay    func(ctx context.Context, actor string, id chat.AccountID, letter string) error
	Discard   func(ctx context.Context, actor string, id chat.AccountID, letter string) error
}

func (s *Server) administration() (Administration, error) {
	if s.cfg.Accounts.List == nil {
		return Administration{}, errTeamsOff
	}
	return s.cfg.Accounts, nil
}

// actorOf is how the audit trail names somebody.
func actorOf(who auth.Session) string { return "agent:" + string(who.Agent) }

type noticesOut struct {
	Notices []account.Notice `json:"notices"`
}

func (s *Server) notices(ctx context.Context, who auth.Session, _ *struct{}) (noticesOut, error) {
	if s.cfg.Accounts.Notices == nil {
		return noticesOut{[]account.Notice{}}, nil
	}
	list, err := s.cfg.Accounts.Notices(ctx, who.Staff)
	return noticesOut{list}, err
}

type accountsOut struct {
	Accounts []account.View `json:"accounts"`
}

func (s *Server) accounts(ctx context.Context, _ auth.Session, _ *struct{}) (accountsOut, error) {
	if s.cfg.Accounts.List == nil {
		return accountsOut{[]account.View{}}, nil
	}
	list, err := s.cfg.Accounts.List(ctx)
	return accountsOut{list}, err
}

type accountForm struct{ Body account.Form }

func (s *Server) createAccount(ctx context.Context, who auth.Session, in *accountForm) (account.View, error) {
	admin, err := s.administration()
	if err != nil {
		return account.View{}, err
	}
	return admin.Create(ctx, actorOf(who), in.Body)
}

type accountIn struct {
	Account chat.AccountID `path:"account"`
}

type changeIn struct {
	Account chat.AccountID `path:"account"`
	Body    account.Form
}

func (s *Server) changeAccount(ctx context.Context, who auth.Session, in *changeIn) (account.View, error) {
	admin, err := s.administration()
	if err != nil {
		return account.View{}, err
	}
	return admin.Change(ctx, actorOf(who), in.Account, in.Body)
}

func (s *Server) deleteAccount(ctx context.Context, who auth.Session, in *accountIn) (nothing, error) {
	admin, err := s.administration()
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, admin.Delete(ctx, actorOf(who), in.Account)
}

type findingsOut struct {
	Findings []account.Finding `json:"findings"`
}

func (s *Server) testAccount(ctx context.Context, _ auth.Session, in *accountIn) (findingsOut, error) {
	admin, err := s.administration()
	if err != nil {
		return findingsOut{}, err
	}
	list, err := admin.Test(ctx, in.Account)
	return findingsOut{list}, err
}

func (s *Server) rotateKey(ctx context.Context, who auth.Session, in *accountIn) (nothing, error) {
	admin, err := s.administration()
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, admin.Rotate(ctx, actorOf(who), in.Account)
}

func (s *Server) accountHealth(ctx context.Context, _ auth.Session, in *accountIn) (account.Health, error) {
	admin, err := s.administration()
	if err != nil {
		return account.Health{}, err
	}
	return admin.Health(ctx, in.Account)
}

type laneIn struct {
	Account      chat.AccountID      `path:"account"`
	Conversation chat.ConversationID `path:"conversation"`
}

func (s *Server) retryLaneOf(ctx context.Context, _ auth.Session, in *laneIn) (nothing, error) {
	admin, err := s.administration()
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, admin.RetryLane(ctx, in.Account, in.Conversation)
}

type letterIn struct {
	Account chat.AccountID `path:"account"`
	Letter  string         `path:"letter"`
}

func (s *Server) replayLetter(ctx context.Context, who auth.Session, in *letterIn) (nothing, error) {
	admin, err := s.administration()
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, admin.Replay(ctx, actorOf(who), in.Account, in.Letter)
}

func (s *Server) discardLetter(ctx context.Context, who auth.Session, in *letterIn) (nothing, error) {
	admin, err := s.administration()
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, admin.Discard(ctx, actorOf(who), in.Account, in.Letter)
}
