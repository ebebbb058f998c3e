package account

import "strings"

// sentences are the English words of findings, for the command line; {detail} is the thing a finding is about. The desk's catalogues hold
// the same sentences as diag.CODE, in every language; a test compares them.
var sentences = map[string]string{
	"credentials":      "Microsoft accepts tenant, client ID and secret.",
	"redirect":         "The redirect URI {detail} is registered.",
	"redirect_unknown": "Whether the redirect URI {detail} is registered could not be told.",
	"secret_lasts":     "The secret is valid until {detail}.",
	"secret_ends":      "The secret ends on {detail}. Make a new one in the app registration and enter it here: nobody has to sign in again.",
	"expiry_unknown":   "Nobody has entered when the secret ends. Enter the day, and you are warned in time.",
	"consent":          "The permissions were granted: {detail}.",
	"consent_unknown":  "Whether the tenant consents shows with the first agent who signs in. An administrator of the tenant can consent for everybody beforehand: {detail}.",

	"incomplete":                "The account is incomplete. Missing: {detail}.",
	"unknown_tenant":            "Microsoft knows no tenant {detail}. Copy the directory (tenant) ID from the overview of the app registration.",
	"unknown_client":            "The tenant knows no application {detail}. Copy the application (client) ID from the overview of the app registration, and check that it lies in this tenant.",
	"app_disabled":              "The application {detail} is disabled. An administrator of the tenant can enable it under Enterprise applications, Properties.",
	"public_client":             "The application {detail} is registered as a public client. Add the platform Web, and switch “Allow public client flows” off.",
	"single_tenant":             "The application {detail} is for one tenant only, and another one was asked for. Enter the directory (tenant) ID of that tenant.",
	"no_redirect":               "The app registration names no redirect URI. Add the platform Web with {detail}.",
	"wrong_redirect":            "The app registration does not name our redirect URI. Add this address to the platform Web, exactly as it stands here: {detail}",
	"unknown_permission":        "Microsoft does not know one of the permissions: {detail}. Switch features off that this cloud does not offer.",
	"permission_not_registered": "The app registration lacks permissions. Add these delegated permissions of Microsoft Graph: {detail}.",
	"wrong_secret":              "The client secret is wrong. Enter the secret’s value, not its ID; if it is lost, make a new one in the app registration.",
	"no_secret":                 "Microsoft got no client secret. Enter one, or a certificate.",
	"secret_expired":            "The client secret has expired. Make a new one in the app registration and enter it here: nobody has to sign in again.",
	"bad_certificate":           "Microsoft does not accept the certificate {detail}. Upload its public part to the app registration, and check that it has not expired.",
	"credentials_refused":       "Microsoft refuses the secret or certificate. Make a new one in the app registration and enter it here.",
	"no_consent":                "Nobody has consented to the permissions yet: {detail}. An administrator of the tenant can consent for everybody.",
	"admin_consent":             "An administrator of the tenant has to consent to {detail}.",
	"consent_requested":         "A request for consent to {detail} waits for an administrator of the tenant.",
	"declined":                  "The permissions were declined: {detail}. Sign in again and accept them.",
	"missing_permission":        "The permission {detail} was not granted. An administrator of the tenant can grant it; until then, what needs it stays off.",

	"not_in_tenant":      "This Microsoft account does not belong to the tenant of this installation. Choose another account, or have it invited.",
	"not_assigned":       "This person is not assigned to the application. An administrator of the tenant can assign them under Enterprise applications, Users and groups.",
	"unused_too_long":    "The sign-in was not used for too long. Sign in again.",
	"revoked":            "Microsoft has revoked the sign-in, for example because an administrator reset the password. Sign in again.",
	"sign_in_frequency":  "The organisation wants people to sign in again after a while. Sign in again.",
	"spa_registration":   "The redirect URI is registered for a single-page application, whose sign-ins end after a day. Register it for the platform Web: {detail}",
	"mfa":                "Microsoft wants a second factor. Sign in again and confirm it.",
	"conditional_access": "A Conditional Access policy of the organisation refused the sign-in. Sign in from a permitted device or place, or ask an administrator of the tenant.",
	"password_expired":   "The password at Microsoft has expired. Change it there, then sign in again.",
	"login_required":     "Microsoft wants to see the person. Sign in again.",
	"claims":             "Microsoft wants the sign-in to be confirmed. Sign in again.",
	"account_disabled":   "The account at Microsoft is disabled. An administrator of the tenant can enable it.",
	"account_locked":     "The account at Microsoft is locked, or the sign-in came from a blocked address. Wait a while, or ask an administrator of the tenant.",
	"wrong_password":     "The password at Microsoft was wrong.",
	"bad_request":        "Microsoft did not understand our request. This is a fault of the product; please report it.",
	"request_loop":       "Microsoft refused because the same request came too often. Wait five minutes.",
	"tenant_throttled":   "The tenant gets more requests than Microsoft allows. Try again in a few minutes.",
	"microsoft_busy":     "Microsoft is busy. Try again in a few minutes.",
	"unreachable":        "Microsoft can’t be reached. Check the network and the proxy of this server.",
	"account_replaced":   "This account was replaced by another one. Sign in again.",

	"no_own_licence":   "This Microsoft account has no licence for Microsoft Teams. An administrator of the tenant can assign one in the Microsoft 365 admin centre; then sign in again.",
	"agent_no_licence": "{detail} has no licence for Microsoft Teams (any more). An administrator of the tenant can assign one in the Microsoft 365 admin centre; then set the conferences going again on the health page.",
	"markers_lost":     "Microsoft Teams takes the hidden marks out of our messages, last at {detail}. Nothing gets lost, but messages go to experts one at a time. Run `trialog doctor --probe` and report what it says of the mark.",
	"agent_connected":  "{detail} is signed in.",
	"agent_sign_in":    "{detail} has to sign in at Microsoft again, in the profile.",
	"subscription":     "Microsoft tells us what experts write to {detail}.",
	"no_subscription":  "Microsoft does not tell us what experts write to {detail}. Check that the server runs and can be reached from the internet under its public URL.",
	"no_dead_letters":  "No notification was set aside.",
	"dead_letters":     "Notifications that could not be worked off and were set aside: {detail}. The health page lists them.",
	"no_agents":        "No agent has signed in yet.",
	"replaced_account": "The account was replaced by {detail}; what still runs through it goes on until it ends.",
}

// Sentence words a finding in English.
func (f Finding) Sentence() string {
	s, known := sentences[f.Code]
	if !known {
		return "Microsoft answered “" + f.Code + "”."
	}
	s = strings.ReplaceAll(s, "{detail}", f.Detail)
	if f.URL != "" {
		s += " " + f.URL
	}
	return s
}
