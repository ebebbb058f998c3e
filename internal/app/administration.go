package app

import (
	"context"

	"trialog/internal/account"
	"trialog/internal/chat"
	"trialog/internal/web"
)

// administration is what administrators do with accounts: what is durable is the business of package account, what runs that of the
// connector.
func (a *App) administration() web.Administration {
	return web.Administration{
		List: a.Accounts.List, Delete: a.deleteAccount, Test: a.Accounts.Test,
		Create: func(ctx context.Context, actor string, f account.Form) (account.View, error) {
			v, err := a.Accounts.Create(ctx, actor, f)
			return v, a.reload(ctx, err)
		},
		Change: func(ctx context.Context, actor string, id chat.AccountID, f account.Form) (account.View, error) {
			v, err := a.Accounts.Change(ctx, actor, id, f)
			return v, a.reload(ctx, err)
		},
		Rotate: func(ctx context.Context, actor string, id chat.AccountID) error {
			return a.reload(ctx, a.Accounts.RotateKey(ctx, actor, id))
		},
		Health: a.Health, Notices: a.Accounts.Notices,
		RetryLane: a.Teams.RetryOf, Replay: a.Teams.Replay, Discard: a.Teams.Discard,
	}
}

// reload lets the connector of this node know of a change before the answer leaves, so that whoever signs in next does so by what was just
// saved. Other nodes hear of it by a hint.
func (a *App) reload(ctx context.Context, err error) error {
	if err != nil {
		return err
	}
	return a.Teams.Reload(ctx)
}

// deleteAccount ends an account's subscriptions at Microsoft before it is forgotten with all that could end them. Whether it may go is
// settled where it goes; here it is only asked so that nothing is ended in vain.
func (a *App) deleteAccount(ctx context.Context, actor string, id chat.AccountID) error {
	running, err := a.Store.OpenThreads(ctx, id)
	if err != nil {
		return err
	}
	if len(running) == 0 {
		if err := a.Teams.Unsubscribe(ctx, id); err != nil {
			return err
		}
	}
	return a.reload(ctx, a.Accounts.Delete(ctx, actor, id))
}

// Health says how an account is doing. Error: chat.NotFound "no_account".
func (a *App) Health(ctx context.Context, id chat.AccountID) (account.Health, error) {
	of, err := a.Accounts.Account(ctx, id)
	if err != nil {
		return account.Health{}, err
	}
	h, err := a.Accounts.Base(ctx, of)
	if err != nil {
		return h, err
	}
	return a.Teams.Health(ctx, of, h)
}
