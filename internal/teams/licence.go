package teams

import (
	"context"

	"trialog/internal/chat"
	"trialog/internal/graph"
)

// blame finds out whose licence is missing when Microsoft does not let somebody into a chat. It words that alike for the person and for the
// agent who asks; but without a licence of their own, agents can't read their own chats either.
func blame(ctx context.Context, client *graph.Client, pace graph.Pace, refusal error) error {
	if !graph.Unlicensed(refusal) {
		return refusal
	}
	if pace != nil {
		if err := pace(ctx); err != nil {
			return refusal
		}
	}
	if own := client.CheckChats(ctx); graph.Unlicensed(own) {
		return own
	}
	return refusal
}

// justSignedIn is the token of a sign-in that is not stored yet. It implements graph.TokenSource.
type justSignedIn struct{ graph.SignIn }

// Token returns the one token there is.
func (s justSignedIn) Token(_ context.Context, refused graph.Secret) (graph.Secret, error) {
	if refused != "" {
		return "", errNeedsSignIn
	}
	return s.Access, nil
}

// Challenged ends a call that wants more than the sign-in has proven.
func (justSignedIn) Challenged(context.Context, string) error { return errNeedsSignIn }

// mayUseTeams refuses the sign-in of a person who has no licence for Teams: nothing that it is for would work. Error: chat.Conflict
// "no_own_licence".
func (k *Connector) mayUseTeams(ctx context.Context, account chat.AccountID, who graph.SignIn) error {
	if err := k.chats.Wait(ctx, graph.ChatID(who.ObjectID), graph.Live); err != nil {
		return err
	}
	err := graph.NewClient(k.endpoint(account), justSignedIn{who}).CheckChats(ctx)
	if err == nil {
		return nil
	}
	k.Log.WarnContext(ctx, "teams: chats of a new sign-in can't be read", "account", account, "err", err)
	if graph.Unlicensed(err) {
		return chat.Refuse(chat.Conflict, graph.NoOwnLicence, "This Microsoft account has no licence for Microsoft Teams.")
	}
	return nil // whatever else it is, it shows where it matters
}
